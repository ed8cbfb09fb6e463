#include "sgilo/models/model_error.h"

#include <gtest/gtest.h>

#include "sgilo/operators/make_operator.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

double of(const Json& stated, const OperatorOptions& options) {
  return ModelError(stated).of(*make_operator(options, {3, 16, 16}, RandomStreams(1)));
}

TEST(ModelError, IsStatedPerOperatorOrForAll) {
  const Json stated = {{"inpaint", 0.05}, {"default", 0.02}};
  EXPECT_EQ(of(stated, InpaintingOptions{}), 0.05);
  EXPECT_EQ(of(stated, IdentityOptions{}), 0.02);
  EXPECT_EQ(of(0.3, IdentityOptions{}), 0.3);
  EXPECT_EQ(of(Json(), IdentityOptions{}), 0);
  EXPECT_EQ(of({{"inpaint", 0.05}}, IdentityOptions{}), 0);
}

TEST(ModelError, RefusesWhatIsNoDeviation) {
  const auto refusal = [](const Json& stated) {
    return error_text<FormatError>([&] { ModelError{stated}; });
  };
  EXPECT_EQ(refusal({{"inpaint", "small"}}),
            "model_error must be a number of at least 0 for 'inpaint', but is \"small\"");
  EXPECT_EQ(refusal(-1), "model_error must be a number of at least 0 for 'default', but is -1");
}

}  // namespace
}  // namespace sgilo
