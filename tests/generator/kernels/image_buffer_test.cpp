#include "sgilo/generator/kernels/image_buffer.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

Tensor large(torch::ScalarType type = torch::kFloat32) {  // above what is left to libtorch
  return image_buffer(1, 3, 512, 512, type);
}

TEST(ImageBuffer, IsChannelsLast) {
  for (const Tensor& x : {large(), image_buffer(2, 3, 4, 5, torch::kFloat32)})
    EXPECT_TRUE(x.is_contiguous(torch::MemoryFormat::ChannelsLast));
  EXPECT_EQ(large(torch::kBFloat16).scalar_type(), torch::kBFloat16);
}

TEST(ImageBuffer, UsesMemoryAgainThatNobodyHolds) {
  release_image_buffers();
  Tensor first = large();
  const void* const memory = first.data_ptr();
  const Tensor second = large();
  EXPECT_NE(second.data_ptr(), memory);
  first = Tensor();
  EXPECT_EQ(large().data_ptr(), memory);
  EXPECT_EQ(large(torch::kBFloat16).data_ptr(), memory) << "half the size fits, too";
  release_image_buffers();
}

TEST(ImageBuffer, LivesAsLongAsAnyViewOfIt) {
  release_image_buffers();
  Tensor view = large().narrow(2, 5, 10);
  view.fill_(1);
  large().fill_(2);
  EXPECT_TRUE(view.eq(1).all().item<bool>());
  release_image_buffers();
}

}  // namespace
}  // namespace sgilo
