// Temporary files and folders beside the ones that they will become: ".sgilo-<process>-<n>.tmp".
// Who makes one holds a lock (flock) on it as long as it lives. What has no lock was left by a
// kill, and whoever writes into the folder next removes it. Only one's own: others share folders.
#pragma once

#include <string>

namespace sgilo {

std::string temporary_name();  // another one at each call

// Locks what was just made; false when another process took it for a leftover meanwhile.
bool lock_temporary(int descriptor);

// Removes what kills left in an open folder; a failure is none of the caller's. Looks once into
// each folder during the life of the process, whatever its path was.
void remove_leftovers(int folder);

}  // namespace sgilo
