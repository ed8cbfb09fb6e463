// The readers of files through the command, when memory gives out at any point of their work.
#include <gtest/gtest.h>

#include <sstream>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/cli/command.h"
#include "sgilo/core/torch.h"
#include "support/failing_allocations.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

using Words = std::vector<std::string>;

// Runs the words with memory for more and more allocations until it suffices.
void with_memory_running_out(const Words& words) {
  std::ostringstream first_out, first_err;
  ASSERT_EQ(run_command(words, first_out, first_err), 0) << first_err.str();
  for (long successes = 0; successes < 100000; successes += 1 + successes / 50) {
    std::ostringstream out, err;
    int code = 0;
    {
      const FailingAllocations failing(successes, true);
      code = run_command(words, out, err);
    }
    if (code == 0) {
      EXPECT_EQ(out.str(), first_out.str());
      return;
    }
    ASSERT_EQ(code, 1) << successes << ": " << err.str();
    ASSERT_EQ(err.str(), "sgilo: the memory does not suffice\n") << successes;
  }
  FAIL() << words[0] << " never ends";
}

TEST(InjectedFailures, OfMemoryAreSaidByReadersOfArrays) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a.safetensors", {{"w", torch::ones({2, 3})}});
  write_npy(folder / "a.npy", torch::ones({2, 3}));
  with_memory_running_out({"info", (folder / "a.safetensors").string(), "-q"});
  with_memory_running_out({"info", (folder / "a.npy").string(), "-q"});
}

}  // namespace
}  // namespace sgilo
