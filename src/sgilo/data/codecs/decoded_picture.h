// What a codec hands over: the samples of a picture as its file states them. Colours, opacity and
// orientation are made sense of once, for all formats, by image_codec.h and image_io.h.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/data/image_source.h"

namespace sgilo {

enum class ColourModel { grey, rgb, cmyk };

struct DecodedPicture {
  Tensor planes;  // float32 [colours, then opacity if any, height, width] in [0, 1]; cmyk: ink
  ColourModel model = ColourModel::rgb;
  bool has_opacity = false;
  bool is_premultiplied = false;           // colours come multiplied by their opacity
  int orientation = 1;                     // of EXIF, 1 to 8
  std::string profile = {};                // ICC, empty: sRGB
  std::vector<std::string> warnings = {};  // "only the first of its pages was read"
};

inline int colours_of(ColourModel model) {
  return model == ColourModel::grey ? 1 : model == ColourModel::rgb ? 3 : 4;
}

// Throws FormatError for a picture without pixels or with more than kMostPixels; allows the source
// as many bytes as such a picture can need. Codecs call it before they allocate.
void require_picture_size(ImageSource& source, std::int64_t width, std::int64_t height);

// Throws FormatError when the file has fewer bytes than such a picture takes at the least.
void require_bytes_for(const ImageSource& source, std::uint64_t needed_bytes, std::int64_t width,
                       std::int64_t height);

// Every `step`-th sample of a row to `count` numbers in [0, 1].
template <class T>
void put_samples(const T* in, int step, std::int64_t count, bool inverted, float* out) {
  constexpr T kLargest = std::numeric_limits<T>::max();
  for (std::int64_t i = 0; i < count; ++i, in += step)
    out[i] = static_cast<float>(inverted ? static_cast<T>(kLargest - *in) : *in) /
             static_cast<float>(kLargest);
}

}  // namespace sgilo
