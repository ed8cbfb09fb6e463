// What a codec hands over: the samples of a picture as its file states them. Colours, opacity and
// orientation are made sense of once, for all formats, by image_codec.h and image_io.h, and part by
// part: a whole picture of float32 takes four times the memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/data/codecs/colour_profile.h"
#include "sgilo/data/image_source.h"
#include "sgilo/data/picture_parts.h"

namespace sgilo {

struct DecodedPicture {
  std::int64_t height = 0;
  std::int64_t width = 0;
  ColourModel model = ColourModel::rgb;
  bool has_opacity = false;
  bool is_wide = false;                    // 16 bits in the order of this machine, else 8
  std::vector<std::uint8_t> samples = {};  // [height, width, colours, then opacity]; cmyk: ink
  bool is_premultiplied = false;           // colours come multiplied by their opacity
  int orientation = 1;                     // of EXIF, 1 to 8
  ColourConversion conversion = {};        // by the profile that the file states
  std::vector<std::string> warnings = {};  // "only the first of its pages was read"

  int channels() const { return colours_of(model) + (has_opacity ? 1 : 0); }
  std::size_t row_bytes() const {
    return static_cast<std::size_t>(width * channels() * (is_wide ? 2 : 1));
  }
  std::uint8_t* row(std::int64_t y) {
    return samples.data() + static_cast<std::size_t>(y) * row_bytes();
  }
};

// Throws FormatError for a picture without pixels or with more than kMostPixels; allows the source
// as many bytes as such a picture can need.
void require_picture_size(ImageSource& source, std::int64_t width, std::int64_t height);

// Throws FormatError when the file has fewer bytes than such a picture takes at the least.
void require_bytes_for(const ImageSource& source, std::uint64_t needed_bytes, std::int64_t width,
                       std::int64_t height);

// Takes memory for the samples of a picture of the stated size, colours and bits. Throws FormatError
// when they are more than a file of so few bytes is given. Codecs call it before they decode.
void allocate_samples(const ImageSource& source, DecodedPicture& picture);

// Of a part, float32 in [0, 1]: the colours, [colours, rows, columns], and the opacity, [1, ...].
Tensor colours_of(const DecodedPicture& picture, const PicturePart& part);
Tensor opacity_of(const DecodedPicture& picture, const PicturePart& part);

// Whether any pixel is less than opaque.
bool is_transparent(const DecodedPicture& picture);

}  // namespace sgilo
