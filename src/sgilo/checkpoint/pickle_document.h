// What a pickle says, as plain records: numbers, texts, containers, and inert objects that name a
// class or a function without ever calling it. Values lie in one table and refer to each other by
// number, so that shared and cyclic values need no care and nothing is destroyed recursively.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sgilo {

enum class PickleKind : std::uint8_t {
  none,
  boolean,
  integer,
  big_integer,  // beyond 64 bits
  real,
  text,
  bytes,
  tuple,
  list,
  set,
  dict,
  global,      // a class or function by name
  object,      // what a class or function would have made
  persistent,  // a value outside the pickle, by its identity
};
std::string_view word_of(PickleKind kind);

using PickleRef = std::uint32_t;

// Bytes stay where they are in the file.
struct PickleSpan {
  std::uint64_t offset = 0, size = 0;
};

// Made by REDUCE, NEWOBJ, INST or OBJ; later opcodes add items, entries and a state to it.
struct PickleObject {
  PickleRef callable = 0;   // a global, or (only with `inert`) any value
  PickleRef arguments = 0;  // a tuple
  bool called = false;      // by REDUCE, INST or OBJ: loading would have run the callable
  bool has_state = false;
  PickleRef state = 0;
  std::vector<PickleRef> items;
  std::vector<std::pair<PickleRef, PickleRef>> entries;
};

class PickleDocument {
 public:
  PickleRef root = 0;

  PickleKind kind(PickleRef ref) const { return values_[ref].kind; }
  bool is(PickleRef ref, PickleKind kind) const { return this->kind(ref) == kind; }
  std::uint64_t position(PickleRef ref) const { return values_[ref].position; }  // byte in the file
  std::size_t count() const { return values_.size(); }

  // Each must fit the value's kind.
  bool boolean(PickleRef ref) const { return values_[ref].number != 0; }
  std::int64_t integer(PickleRef ref) const { return values_[ref].number; }
  double real(PickleRef ref) const;
  // text: its characters (UTF-8); global: "module.name"; big_integer: decimal digits.
  const std::string& text(PickleRef ref) const { return texts_[index(ref)]; }
  PickleSpan span(PickleRef ref) const { return spans_[index(ref)]; }
  const std::vector<PickleRef>& items(PickleRef ref) const;  // tuple, list, set, object
  const std::vector<std::pair<PickleRef, PickleRef>>& entries(PickleRef ref) const;  // dict, object
  const PickleObject& object(PickleRef ref) const { return objects_[index(ref)]; }
  PickleRef identity(PickleRef ref) const {
    return static_cast<PickleRef>(index(ref));
  }  // persistent

  // The name of an object's callable where that is a global; else empty.
  const std::string& class_name(PickleRef ref) const;
  // "a list", "an object of 'posix.system'"
  std::string describe(PickleRef ref) const;
  // All values that a value refers to.
  std::vector<PickleRef> children(PickleRef ref) const;

 private:
  friend class PickleMachine;
  struct Value {
    PickleKind kind;
    std::int64_t number;     // boolean, integer, bits of a real, or an index into a table
    std::uint64_t position;  // of the opcode that made it
  };
  std::size_t index(PickleRef ref) const { return static_cast<std::size_t>(values_[ref].number); }

  std::vector<Value> values_;
  std::deque<std::string> texts_;
  std::vector<PickleSpan> spans_;
  std::deque<std::vector<PickleRef>> lists_;
  std::deque<std::vector<std::pair<PickleRef, PickleRef>>> dicts_;
  std::deque<PickleObject> objects_;
};

}  // namespace sgilo
