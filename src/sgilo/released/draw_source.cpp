#include "sgilo/released/draw_source.h"

#include <memory>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {

DrawSource draws_of(const std::vector<RandomStreams>& rows) {
  // Copies of a std::function share the count.
  return [rows, count = std::make_shared<std::uint64_t>(0)](const Shape& shape) {
    if (shape.empty() || shape[0] != static_cast<std::int64_t>(rows.size()))
      throw ConfigError(concat("draws are made for ", rows.size(), " rows, but shape ",
                               shape_text(shape), " is asked for"));
    return normal_rows(children(rows, "draw", (*count)++), torch::IntArrayRef(shape).slice(1));
  };
}

}  // namespace sgilo
