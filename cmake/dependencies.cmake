# What is found on the machine. No target of the project names a library in any other way.
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)
include(cmake/torch.cmake)
include(cmake/opencv.cmake)

find_package(nlohmann_json REQUIRED)
add_library(sgilo_json INTERFACE)
target_link_libraries(sgilo_json INTERFACE nlohmann_json::nlohmann_json)

find_package(CLI11 REQUIRED)

find_path(HIGHWAY_INCLUDE hwy/highway.h REQUIRED)
find_library(HIGHWAY_LIBRARY hwy REQUIRED)
add_library(sgilo_simd INTERFACE)
target_include_directories(sgilo_simd SYSTEM INTERFACE "${HIGHWAY_INCLUDE}")
target_link_libraries(sgilo_simd INTERFACE "${HIGHWAY_LIBRARY}")

add_library(sgilo_zip INTERFACE)
if(SGILO_ZIP)
  find_path(LIBZIP_INCLUDE zip.h)  # not by its CMake package, which wants the tools of libzip as well
  find_library(LIBZIP_LIBRARY zip)
  if(NOT (LIBZIP_INCLUDE AND LIBZIP_LIBRARY))
    message(FATAL_ERROR "libzip is not found: install libzip-dev, or build without zip archives (-DSGILO_ZIP=OFF)")
  endif()
  target_include_directories(sgilo_zip SYSTEM INTERFACE "${LIBZIP_INCLUDE}")
  target_link_libraries(sgilo_zip INTERFACE "${LIBZIP_LIBRARY}")
  target_compile_definitions(sgilo_zip INTERFACE SGILO_WITH_LIBZIP)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE}")
endif()
