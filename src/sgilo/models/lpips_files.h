// LPIPS from the two files that people have: the linear weights of the metric's own release and
// torchvision's VGG16, in any format that open_checkpoint reads.
#pragma once

#include <string>

#include "sgilo/metrics/lpips.h"

namespace sgilo {

// `linear`: vgg.pth of LPIPS 0.1; `backbone`: vgg16-397923af.pth. Throws FormatError naming the
// file that cannot be read, or both when their tensors do not fit.
Lpips load_lpips(const std::string& linear, const std::string& backbone,
                 torch::Device device = torch::kCPU);

}  // namespace sgilo
