#include "sgilo/core/error.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(Error, JoinsWordsWithCommas) {
  EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(join({"a", "b"}, "|"), "a|b");
  EXPECT_EQ(join({}), "");
}

TEST(Error, ConcatenatesValuesAsTheyPrint) {
  EXPECT_EQ(concat("keep is ", 0.5, " of ", 4096), "keep is 0.5 of 4096");
}

TEST(Error, SuggestsTheNearestNameAndListsAll) {
  EXPECT_EQ(unknown_name("operator", "blur2", {"identity", "blur", "mask"}),
            "unknown operator 'blur2', did you mean 'blur'? known operators: identity, blur, mask");
  EXPECT_EQ(unknown_name("verb", "slove", {"solve", "sample"}),
            "unknown verb 'slove', did you mean 'solve'? known verbs: solve, sample");
}

TEST(Error, SuggestsNothingThatIsFarAway) {
  EXPECT_EQ(unknown_name("operator", "fourier", {"identity", "blur"}),
            "unknown operator 'fourier'; known operators: identity, blur");
  EXPECT_EQ(unknown_name("operator", "", {"blur"}), "unknown operator ''; known operators: blur");
}

TEST(Error, AllKindsAreErrorsOfTheProject) {
  EXPECT_THROW(throw ConfigError("a"), Error);
  EXPECT_THROW(throw FormatError("a"), Error);
  EXPECT_THROW(throw NumericError("a"), Error);
}

TEST(Error, SuggestsTheNearestNameWhateverItsCase) {
  EXPECT_EQ(unknown_name("solver", "SGILO", {"csgm", "ilo", "sgilo"}),
            "unknown solver 'SGILO', did you mean 'sgilo'? known solvers: csgm, ilo, sgilo");
  EXPECT_EQ(unknown_name("key", "sigma", {"Sigma"}),
            "unknown key 'sigma', did you mean 'Sigma'? known keys: Sigma");
}

}  // namespace
}  // namespace sgilo
