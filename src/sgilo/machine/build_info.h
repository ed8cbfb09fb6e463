// What was built: kept apart so that a new commit recompiles one small file.
#pragma once

namespace sgilo {

const char* project_version();  // "0.1.0"
const char* project_commit();   // twelve digits, "unknown" outside a checkout

}  // namespace sgilo
