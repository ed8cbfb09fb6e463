#include "sgilo/checkpoint/zip_writer.h"

#include <algorithm>
#include <array>

#include "sgilo/core/error.h"
#include "sgilo/files/atomic_file.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kMost16 = 0xFFFF, kMost32 = 0xFFFFFFFF;  // "see the record of zip64"
constexpr std::uint16_t kUtf8 = 0x0800, kFirstDay = 0x0021;      // 1980-01-01
constexpr std::uint16_t kPlain = 20, kZip64 = 45;                // versions of the format

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1 ? 0xEDB88320U : 0U);
    table[i] = value;
  }
  return table;
}();

template <class T>
void put(std::string& out, T value) {  // little-endian
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
}
void put32(std::string& out, std::uint64_t value) {
  put(out, static_cast<std::uint32_t>(std::min(value, kMost32)));
}
void put16(std::string& out, std::uint64_t value) {
  put(out, static_cast<std::uint16_t>(std::min(value, kMost16)));
}

struct Placed {
  const ZipRecord* record;
  std::uint64_t size = 0, offset = 0;
  std::uint32_t crc = 0;
};

Placed placed(const ZipRecord& record, std::uint64_t offset) {
  Placed out{&record, 0, offset, 0};
  std::uint32_t crc = 0xFFFFFFFF;
  for (const auto& [data, size] : record.fragments) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::uint64_t i = 0; i < size; ++i) crc = (crc >> 8) ^ kCrcTable[(crc ^ bytes[i]) & 0xFF];
    out.size += size;
  }
  out.crc = crc ^ 0xFFFFFFFF;
  return out;
}

// The numbers that a field of 32 bits cannot hold.
std::string zip64_field(const std::vector<std::uint64_t>& numbers) {
  std::string out;
  if (numbers.empty()) return out;
  put(out, std::uint16_t{1});
  put(out, static_cast<std::uint16_t>(8 * numbers.size()));
  for (const std::uint64_t number : numbers) put(out, number);
  return out;
}

// What the header of a record and its entry in the directory have in common.
std::string description(const Placed& p, const std::string& extra) {
  std::string out;
  put(out, extra.empty() ? kPlain : kZip64);
  put(out, kUtf8);
  put(out, std::uint16_t{0});  // stored
  put(out, std::uint16_t{0});  // midnight
  put(out, kFirstDay);
  put(out, p.crc);
  put32(out, p.size);
  put32(out, p.size);
  put16(out, p.record->name.size());
  put16(out, extra.size());
  return out;
}

std::string header(const Placed& p) {
  const std::string extra = p.size >= kMost32 ? zip64_field({p.size, p.size}) : std::string();
  return "PK\3\4" + description(p, extra) + p.record->name + extra;
}

std::string directory_entry(const Placed& p) {
  std::vector<std::uint64_t> large;
  if (p.size >= kMost32) large = {p.size, p.size};
  if (p.offset >= kMost32) large.push_back(p.offset);
  const std::string extra = zip64_field(large);
  std::string out = "PK\1\2";
  put(out, kZip64);
  out += description(p, extra);
  out.append(2 + 2 + 2 + 4, '\0');  // no comment, first disk, no attributes
  put32(out, p.offset);
  return out + p.record->name + extra;
}

std::string end_of_directory(std::uint64_t count, std::uint64_t size, std::uint64_t offset) {
  std::string out;
  if (count >= kMost16 || size >= kMost32 || offset >= kMost32) {
    out += "PK\6\6";
    put(out, std::uint64_t{44});  // bytes of this record from here on
    put(out, kZip64);
    put(out, kZip64);
    put(out, std::uint64_t{0});  // first disk
    for (const std::uint64_t number : {count, count, size, offset}) put(out, number);
    out += "PK\6\7";
    put(out, std::uint32_t{0});
    put(out, offset + size);  // where the record above starts
    put(out, std::uint32_t{1});
  }
  out += "PK\5\6";
  put(out, std::uint32_t{0});
  put16(out, count);
  put16(out, count);
  put32(out, size);
  put32(out, offset);
  put(out, std::uint16_t{0});
  return out;
}

}  // namespace

void write_zip(const std::filesystem::path& path, const std::vector<ZipRecord>& records) {
  AtomicFile file(path);
  std::uint64_t position = 0;
  const auto write = [&](const void* data, std::uint64_t size) {
    file.write(data, size);
    position += size;
  };
  std::string directory;
  for (const ZipRecord& record : records) {
    if (record.name.size() >= kMost16)
      throw ConfigError(concat(path.string(), ": a record's name has ", record.name.size(),
                               " bytes, but an archive holds fewer than ", kMost16));
    const Placed p = placed(record, position);
    const std::string start = header(p);
    write(start.data(), start.size());
    for (const auto& [data, size] : record.fragments) write(data, size);
    directory += directory_entry(p);
  }
  const std::uint64_t offset = position;
  const std::string end = end_of_directory(records.size(), directory.size(), offset);
  write(directory.data(), directory.size());
  write(end.data(), end.size());
  file.commit();
}

}  // namespace sgilo
