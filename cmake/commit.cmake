# Writes the commit into generated/sgilo_commit.h at each build, when it changed. One small source includes it: machine/build_info.cpp.
# Run as a script it does the writing; git itself need not be there.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  add_custom_target(sgilo_commit BYPRODUCTS "${PROJECT_BINARY_DIR}/generated/sgilo_commit.h"
    COMMAND "${CMAKE_COMMAND}" -D "GIT=${PROJECT_SOURCE_DIR}/.git" -D "HEADER=${PROJECT_BINARY_DIR}/generated/sgilo_commit.h"
            -P "${CMAKE_CURRENT_LIST_FILE}")
  add_dependencies(sgilo_machine sgilo_commit)
  set_source_files_properties(src/sgilo/machine/build_info.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON
    COMPILE_DEFINITIONS SGILO_VERSION="${PROJECT_VERSION}" INCLUDE_DIRECTORIES "${PROJECT_BINARY_DIR}/generated")
  return()
endif()

cmake_minimum_required(VERSION 3.25)
set(commit unknown)
if(EXISTS "${GIT}/HEAD")
  file(STRINGS "${GIT}/HEAD" commit LIMIT_COUNT 1)
  if(commit MATCHES "^ref: (.*)$")
    set(ref "${CMAKE_MATCH_1}")
    set(commit unknown)
    if(EXISTS "${GIT}/${ref}")
      file(STRINGS "${GIT}/${ref}" commit LIMIT_COUNT 1)
    elseif(EXISTS "${GIT}/packed-refs")
      file(STRINGS "${GIT}/packed-refs" commit REGEX " ${ref}$")
      string(REGEX REPLACE " .*" "" commit "${commit}")
    endif()
  endif()
  string(SUBSTRING "${commit}" 0 12 commit)
endif()
file(CONFIGURE OUTPUT "${HEADER}" CONTENT "#define SGILO_COMMIT \"@commit@\"\n" @ONLY)
