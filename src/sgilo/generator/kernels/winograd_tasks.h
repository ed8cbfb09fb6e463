// Winograd's convolution (winograd.h) of whole images, shared among threads.
#pragma once

#include <algorithm>
#include <memory>

#include "sgilo/core/torch.h"
#include "sgilo/generator/kernels/winograd.h"

namespace sgilo {

// Else reading four times as many weights takes longer than it saves, or memory for little.
inline bool winograd_pays(std::int64_t inputs, std::int64_t outputs, std::int64_t side) {
  return side % kWinogradSide == 0 && side >= (inputs * outputs <= 256 * 256 ? 8 : 32);
}

// Whole images together where they are small, else rows first .. last - 1 of one.
struct Part {
  std::int64_t image, images, first, last;
};
// The convolution of a part. Tasks have a fixed size, so that sums do not depend on threads:
// pieces of one image, or several whole small images.
template <class T>
class WinogradTasks {
 public:
  WinogradTasks(const WinogradPass<T>& pass, const Part& part) : pass_(pass), images_(part.images) {
    const std::int64_t columns = pass.width / kWinogradSide;
    first_ =
        part.image * (pass.height / kWinogradSide) * columns + part.first / kWinogradSide * columns;
    tiles_ = (part.last - part.first) / kWinogradSide * columns;
    pieces_ = (tiles_ + kWinogradTiles - 1) / kWinogradTiles;
    size_ = pieces_ == 1 ? std::max<std::int64_t>(1, kWinogradTiles / tiles_) * tiles_
                         : (tiles_ + pieces_ - 1) / pieces_;
  }
  std::int64_t pieces() const { return pieces_; }  // of each image

  // f(pass, piece); several images have piece 0.
  template <class F>
  void run(F f) const {
    RECORD_USER_SCOPE("sgilo::winograd_convolution");  // for profiles
    const bool several = pieces_ == 1;
    const std::int64_t count = several ? (images_ * tiles_ + size_ - 1) / size_ : images_ * pieces_;
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t floats = winograd_workspace_size(pass_.inputs);
      const std::unique_ptr<float[]> workspace(new float[static_cast<std::size_t>(floats)]);
      WinogradPass<T> own = pass_;
      own.workspace = workspace.get();
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t image = several ? 0 : i / pieces_, piece = several ? 0 : i % pieces_,
                           within = (several ? i : piece) * size_,
                           last = several ? images_ * tiles_ : tiles_;
        own.first_tile = first_ + image * tiles_ + within;
        own.tiles = std::min(size_, last - within);
        if (own.tiles > 0) f(own, piece);
      }
    });
  }

 private:
  WinogradPass<T> pass_;
  std::int64_t images_, first_, tiles_, pieces_, size_;
};

// The convolution alone: of the pass's `images` images -> `to` [images, height, width, outputs].
template <class T>
void winograd_convolution(const WinogradPass<T>& pass, std::int64_t images, T* to) {
  const PlainEnd<T> end{to};
  WinogradTasks<T>(pass, {0, images, 0, pass.height}).run([&](const auto& own, auto) {
    run_pass(own, end);
  });
}

}  // namespace sgilo
