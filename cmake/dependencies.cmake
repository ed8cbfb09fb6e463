# What is found on the machine. No target of the project names a library in any other way.
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)
include(cmake/torch.cmake)
include(cmake/images.cmake)

find_package(nlohmann_json REQUIRED)
add_library(sgilo_json INTERFACE)
target_link_libraries(sgilo_json INTERFACE nlohmann_json::nlohmann_json)

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

add_library(sgilo_crypto INTERFACE)
if(SGILO_OPENSSL)
  find_path(CRYPTO_INCLUDE openssl/evp.h)
  find_library(CRYPTO_LIBRARY crypto)
  if(NOT (CRYPTO_INCLUDE AND CRYPTO_LIBRARY))
    message(FATAL_ERROR "libcrypto is not found: install libssl-dev, or build with the slower SHA-256 of our own (-DSGILO_OPENSSL=OFF)")
  endif()
  target_include_directories(sgilo_crypto SYSTEM INTERFACE "${CRYPTO_INCLUDE}")
  target_link_libraries(sgilo_crypto INTERFACE "${CRYPTO_LIBRARY}")
  # On the target it would be on the command line of every file of every module above.
  set_source_files_properties(src/sgilo/files/sha256.cpp PROPERTIES COMPILE_DEFINITIONS SGILO_WITH_OPENSSL)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE}")
endif()
