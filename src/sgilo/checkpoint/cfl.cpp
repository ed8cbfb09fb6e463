#include "sgilo/checkpoint/cfl.h"

#include <charconv>

#include "sgilo/checkpoint/raw_tensor.h"
#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"

namespace sgilo {
namespace {

constexpr std::string_view kStart = "# Dimensions";
constexpr std::size_t kAxes = 16;
constexpr std::uint64_t kLargestHeader = 1 << 20;

std::filesystem::path with_extension(const std::filesystem::path& path, const char* extension) {
  const auto own = path.extension();
  std::filesystem::path out = path;
  if (own == ".cfl" || own == ".hdr") return out.replace_extension(extension);
  return out += extension;
}

}  // namespace

bool is_cfl(const std::filesystem::path& path) {
  std::error_code problem;
  const auto extension = path.extension();
  const auto kind = std::filesystem::status(path, problem).type();
  if (extension != ".cfl" && extension != ".hdr" && kind != std::filesystem::file_type::not_found &&
      kind != std::filesystem::file_type::directory)
    return false;
  return std::filesystem::is_regular_file(with_extension(path, ".cfl"), problem) &&
         std::filesystem::is_regular_file(with_extension(path, ".hdr"), problem);
}

std::filesystem::path cfl_data(const std::filesystem::path& path) {
  return with_extension(path, ".cfl");
}

Shape read_cfl_header(std::string_view text, const std::string& where) {
  const auto fail = [&](const std::string& problem) { throw format_error(where, problem); };
  if (!text.starts_with(kStart)) fail("must start with '# Dimensions'");
  const std::size_t begin = text.find('\n');
  if (begin == std::string_view::npos) fail("has no line of dimensions");
  std::string_view line = text.substr(begin + 1);
  line = line.substr(0, line.find('\n'));
  Shape sizes;
  for (const char* at = line.data(); at != line.data() + line.size();) {
    if (*at == ' ' || *at == '\t' || *at == '\r') {
      ++at;
      continue;
    }
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(at, line.data() + line.size(), size);
    if (error != std::errc() || size < 1 || sizes.size() == 2 * kAxes)
      fail("the dimensions must be at most 32 whole numbers from 1");
    sizes.push_back(size);
    at = end;
  }
  if (sizes.empty()) fail("has no dimensions");
  while (sizes.size() > 1 && sizes.back() == 1) sizes.pop_back();
  return sizes;
}

void read_cfl_entry(const std::filesystem::path& path, Checkpoint& checkpoint) {
  const auto header = with_extension(path, ".hdr"), data = with_extension(path, ".cfl");
  TensorEntry entry;
  entry.type = torch::kComplexFloat;
  entry.sizes = read_cfl_header(read_file(header, kLargestHeader), header.string());
  const auto needed = byte_count({entry.sizes.begin(), entry.sizes.end()}, entry.type);
  if (!needed) throw format_error(header, "the dimensions' number of bytes overflows 64 bits");
  entry.strides = fortran_strides(entry.sizes);
  entry.storage = file_bytes(data);
  if (*needed != entry.storage->size())
    throw format_error(
        data, concat("needs ", *needed, " bytes for the dimensions in ", header.filename().string(),
                     ", but has ", entry.storage->size()));
  checkpoint.format = "cfl";
  checkpoint.tensors["array"] = std::move(entry);
}

}  // namespace sgilo
