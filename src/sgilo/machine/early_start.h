// What has to be settled before the libraries start, as they read their environment and take memory
// before main(). early_start.cpp does so in every program that links it; here is what it uses.
#pragma once

namespace sgilo {

// Processors that this process may keep busy: its affinity, and the quota of its control group. At
// least 1.
int available_processors();

// Lowers a wish such as "OMP_NUM_THREADS=1024" to `most`, in place; other text stays as it is.
void limit_threads(char* wish, int most);

// "the memory does not suffice: ..." for a limit below what the libraries need at their start; the
// length of the text, 0 when all is well. All in MiB; a limit of -1 is none.
int memory_sentence(char* text, int capacity, const char* limit_name, long limit, long used,
                    int threads);

}  // namespace sgilo
