#include "sgilo/machine/build_info.h"

#include "sgilo_commit.h"  // generated at each build

namespace sgilo {

const char* project_version() { return SGILO_VERSION; }
const char* project_commit() { return SGILO_COMMIT; }

}  // namespace sgilo
