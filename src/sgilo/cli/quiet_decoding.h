// Keeps stderr to the command's own sentences: libraries that decode images print theirs past them.
#pragma once

#include "sgilo/data/image_codec.h"

namespace sgilo {

// While it lives, images are decoded one at a time, and nothing of the process reaches stderr
// meanwhile.
class QuietDecoding {
 public:
  QuietDecoding();
  ~QuietDecoding() { set_decode_guard(before_); }
  QuietDecoding(const QuietDecoding&) = delete;
  QuietDecoding& operator=(const QuietDecoding&) = delete;

 private:
  DecodeGuard before_;
};

}  // namespace sgilo
