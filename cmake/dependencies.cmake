# What is found on the machine: libtorch (the package's own root, so that two of them never mix), OpenCV's codecs, and small libraries.
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_path(HIGHWAY_INCLUDE hwy/highway.h REQUIRED)
find_library(HIGHWAY_LIBRARY hwy REQUIRED)

add_library(sgilo_json INTERFACE)
target_link_libraries(sgilo_json INTERFACE nlohmann_json::nlohmann_json)

if(SGILO_TORCH_ROOT)
  find_package(Torch REQUIRED PATHS "${SGILO_TORCH_ROOT}" NO_DEFAULT_PATH)
else()
  find_package(Torch REQUIRED)
endif()
add_library(sgilo_torch INTERFACE)
target_include_directories(sgilo_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(sgilo_torch INTERFACE ${TORCH_LIBRARIES} Threads::Threads)
