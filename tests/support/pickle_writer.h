// Pickles for tests, written opcode by opcode: whole(dict({{text("a"), integer(1)}})). Opcodes of
// protocol 2, and of protocol 3 for bytes. https://docs.python.org/3/library/pickletools.html
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sgilo/core/error.h"

namespace sgilo::pickle {

template <class T>
std::string little_endian(T value) {
  std::string out(sizeof(T), '\0');
  std::memcpy(out.data(), &value, sizeof(T));
  return out;
}

inline std::string none() { return "N"; }
inline std::string boolean(bool value) { return value ? "\x88" : "\x89"; }
inline std::string integer(std::int64_t value) { return concat("\x8a\x08", little_endian(value)); }
inline std::string real(double value) {
  const std::string bytes = little_endian(value);
  return concat("G", std::string(bytes.rbegin(), bytes.rend()));
}
inline std::string text(std::string_view value) {
  return concat("X", little_endian(static_cast<std::uint32_t>(value.size())), value);
}
inline std::string bytes(std::string_view value) {
  return concat("B", little_endian(static_cast<std::uint32_t>(value.size())), value);
}
inline std::string sequence(std::string_view start, const std::vector<std::string>& items,
                            std::string_view end) {
  std::string out(start);
  out += '(';
  for (const std::string& item : items) out += item;
  return out += end;
}
inline std::string tuple(const std::vector<std::string>& items) { return sequence("", items, "t"); }
inline std::string list(const std::vector<std::string>& items) { return sequence("]", items, "e"); }
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::vector<std::string> flat;
  for (const auto& [key, value] : entries) flat.push_back(key + value);
  return sequence("}", flat, "u");
}
inline std::string global(std::string_view module, std::string_view name) {
  return concat("c", module, "\n", name, "\n");
}
inline std::string call(const std::string& callable, const std::vector<std::string>& arguments) {
  return concat(callable, tuple(arguments), "R");
}
// An object that keeps its attributes: NEWOBJ without arguments, then BUILD.
inline std::string object(const std::string& type, const std::string& state) {
  return concat(type, ")\x81", state, "b");
}
inline std::string persistent(const std::string& identity) { return identity + "Q"; }
inline std::string whole(const std::string& value, int protocol = 2) {
  return concat("\x80", static_cast<char>(protocol), value, ".");
}

}  // namespace sgilo::pickle
