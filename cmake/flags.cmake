# One interface target holds every warning and optimisation flag of the project. Nothing is tied to the building machine: wide
# instructions are chosen at run time (Highway), and no product and sum are fused unless the code says so, so that results repeat.
add_library(sgilo_flags INTERFACE)
target_compile_features(sgilo_flags INTERFACE cxx_std_20)
target_compile_options(sgilo_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -ffp-contract=off)
# The program reads files of strangers: what a mistake of ours would let them do is stopped. The assertions of the standard
# library's containers cost nothing that `sgilo bench` shows.
target_compile_options(sgilo_flags INTERFACE -D_GLIBCXX_ASSERTIONS -fstack-protector-strong)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(sgilo_flags INTERFACE -fcf-protection=full)
endif()
if(NOT SGILO_SANITIZE)  # which has stricter checks in its place
  target_compile_options(sgilo_flags INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
endif()
target_link_options(sgilo_flags INTERFACE -Wl,-z,relro,-z,now -Wl,-z,noexecstack -pie)
target_compile_options(sgilo_flags INTERFACE -fPIE)
if(SGILO_WERROR)
  target_compile_options(sgilo_flags INTERFACE -Werror)
endif()

set(clang OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(clang ON)  # whose OpenMP runtime would be a second one beside libtorch's: one thread
else()
  target_compile_options(sgilo_flags INTERFACE -fopenmp)
  target_link_options(sgilo_flags INTERFACE -fopenmp)
endif()
set(SGILO_FUZZ OFF)  # whether the fuzz targets are built
if(SGILO_SANITIZE)
  if(SGILO_SANITIZE STREQUAL thread)
    set(sanitizers -fsanitize=thread)
  else()
    set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined)
    set(SGILO_FUZZ ${clang})
  endif()
  target_compile_options(sgilo_flags INTERFACE ${sanitizers} -fno-omit-frame-pointer)
  target_link_options(sgilo_flags INTERFACE ${sanitizers})
  if(SGILO_FUZZ)
    target_compile_options(sgilo_flags INTERFACE -fsanitize=fuzzer-no-link)
  endif()
endif()
