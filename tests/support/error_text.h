// The sentence of the error that a call throws: EXPECT_EQ(error_text<FormatError>([&] { ... }),
// "..."). Empty when nothing is thrown; errors of another type travel on and fail the test.
#pragma once

#include <string>
#include <utility>

namespace sgilo {

template <class E, class Call>
std::string error_text(Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

}  // namespace sgilo
