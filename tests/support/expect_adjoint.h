// The proof of an operator as a test: expect_adjoint(op) is the dot-product test, expect_proven(op)
// all of operators/operator_proof.h: expect_proven(*operator_of("inpaint:keep=0.05", {3, 16, 16})).
#pragma once

#include <gtest/gtest.h>

#include "sgilo/operators/make_operator.h"
#include "sgilo/operators/operator_proof.h"

namespace sgilo {

inline std::unique_ptr<ForwardOperator> operator_of(std::string_view text, const Shape& image_shape,
                                                    std::uint64_t seed = 1) {
  return make_operator(read_operator(parse_operator(text)), image_shape, RandomStreams(seed));
}

inline void expect_passed(const ForwardOperator& op, const ProofCheck& check) {
  EXPECT_TRUE(check.passed()) << op.describe() << ": " << check.name << " (" << check.description
                              << "): error " << check.error << ", tolerance " << check.tolerance;
}

inline void expect_adjoint(const ForwardOperator& op, std::uint64_t seed = 1) {
  expect_passed(op, check_adjoint(op, RandomStreams(seed)));
}

inline void expect_proven(const ForwardOperator& op, std::uint64_t seed = 1) {
  for (const ProofCheck& check : prove_operator(op, RandomStreams(seed))) expect_passed(op, check);
}

}  // namespace sgilo
