#include "sgilo/cli/failure.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "sgilo/core/error.h"
#include "sgilo/core/options_json.h"
#include "sgilo/core/torch.h"

namespace sgilo {
namespace {

template <class Call>
Failure failure_of(Call&& call) {
  try {
    call();
  } catch (...) {
    return current_failure();
  }
  return {0, "nothing was thrown"};
}

TEST(Failure, HasTheCodeOfWhoseFaultItIs) {
  EXPECT_EQ(failure_of([] { throw ConfigError("an option"); }).code, 2);
  EXPECT_EQ(failure_of([] { throw FormatError("a file"); }).code, 3);
  EXPECT_EQ(failure_of([] { throw NumericError("a number"); }).code, 4);
  EXPECT_EQ(failure_of([] { throw Error("the disk"); }).code, 1);
  EXPECT_EQ(failure_of([] { throw Error("the disk"); }).sentence, "the disk");
}

TEST(Failure, SaysThatMemoryDoesNotSuffice) {
  const auto told = [](auto&& call) {
    const Failure failure = failure_of(call);
    EXPECT_EQ(failure.code, 1);
    EXPECT_EQ(failure.sentence, "the memory does not suffice");
  };
  told([] { throw std::bad_alloc(); });
  told([] { throw std::bad_array_new_length(); });
  told([] { torch::empty({std::int64_t{1} << 50}); });
}

TEST(Failure, DoesNotBlameTheMachineForASizeThatNoneHas) {
  const Failure failure =
      failure_of([] { std::vector<int>().resize(std::numeric_limits<std::size_t>::max()); });
  EXPECT_EQ(failure.code, 1);
  EXPECT_EQ(failure.sentence, "more memory is asked for than there can be");
}

TEST(Failure, OfAFileIsNoFaultOfTheProgram) {
  const Failure missing = failure_of([] { return std::filesystem::file_size("/no/such file"); });
  EXPECT_EQ(missing.sentence, "/no/such file: cannot be used: there is no such file or folder");
  EXPECT_EQ(missing.code, 3);
  const Failure refused = failure_of(
      [] { throw std::system_error(std::make_error_code(std::errc::too_many_files_open)); });
  EXPECT_EQ(refused.sentence, "the system refuses: too many files are open");
}

TEST(Failure, OfAPathThatJsonCannotKeepNamesTheWay) {
  const Failure failure = failure_of([] { Json("\xff").dump(); });
  EXPECT_EQ(failure.sentence,
            "a path that the results are to name is not text in UTF-8; use another folder");
  EXPECT_EQ(failure.code, 2);
}

TEST(Failure, OfAnythingElseIsAFaultOfTheProgramInOneLine) {
  const Failure fault = failure_of([] { throw std::logic_error("first line\nsecond line"); });
  EXPECT_EQ(fault.sentence, "this is a fault of the program: first line");
  EXPECT_EQ(fault.code, 1);
}

}  // namespace
}  // namespace sgilo
