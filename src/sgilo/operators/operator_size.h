// What making and applying an operator takes, from its options alone: a received file states sizes in
// a few bytes, which must not cost gigabytes.
#pragma once

#include "sgilo/operators/make_operator.h"

namespace sgilo {

// Throws FormatError when the operator, its parts one after the other, takes more than `most` numbers:
// those of the image and of what each part leaves, and the matrices that it builds.
void require_modest_size(const OperatorOptions& options, const Shape& image_shape,
                         std::int64_t most);

}  // namespace sgilo
