# One interface target holds every warning and optimisation flag of the project. Nothing is tied to the building machine: wide
# instructions are chosen at run time (Highway), and no product and sum are fused unless the code says so, so that results repeat.
add_library(sgilo_flags INTERFACE)
target_compile_features(sgilo_flags INTERFACE cxx_std_20)
target_compile_options(sgilo_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -fopenmp -ffp-contract=off)
target_link_options(sgilo_flags INTERFACE -fopenmp)
if(SGILO_WERROR)
  target_compile_options(sgilo_flags INTERFACE -Werror)
endif()
if(SGILO_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_compile_options(sgilo_flags INTERFACE ${sanitizers} -D_GLIBCXX_ASSERTIONS)
  target_link_options(sgilo_flags INTERFACE ${sanitizers})
endif()
