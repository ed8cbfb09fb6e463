#include "sgilo/models/model.h"

#include <gtest/gtest.h>

#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

TEST(Model, IsFoundAboveTheProgramFromAnyWorkingFolder) {
  const TemporaryFolder elsewhere;
  const fs::path before = fs::current_path();
  fs::current_path(elsewhere / "");
  const Model model = load_model({"models/portraits64"}, {});
  const std::string missing = error_text<FormatError>([] { load_model({"models/no_such_model"}, {}); });
  fs::current_path(before);
  EXPECT_EQ(model.generator->image_shape(), (Shape{3, 64, 64}));
  EXPECT_EQ(missing, "models/no_such_model: there is no such model folder");
}

}  // namespace
}  // namespace sgilo
