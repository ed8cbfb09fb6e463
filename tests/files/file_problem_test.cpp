#include "sgilo/files/file_problem.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace sgilo {
namespace {

TEST(FileProblem, HasWordsForWhatHappensAndTheSystemsForTheRest) {
  EXPECT_EQ(file_problem(ENOSPC), "the disk is full");
  EXPECT_EQ(file_problem(ENOENT), "there is no such file or folder");
  EXPECT_EQ(file_problem(EIO), "the system reports 'Input/output error'");
}

TEST(FileProblem, NamesTheFileOrStdin) {
  EXPECT_STREQ(format_error("a.npy", "has no type").what(), "a.npy: has no type");
  EXPECT_STREQ(format_error("-", "has no type").what(), "stdin: has no type");
}

}  // namespace
}  // namespace sgilo
