#include "sgilo/checkpoint/pickle_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <unordered_map>

#include "sgilo/checkpoint/pickle_calls.h"
#include "sgilo/checkpoint/pickle_text.h"
#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/core/utf8.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kLongestLine = 1 << 16;  // of protocol 0
constexpr std::uint64_t kLongestInteger = 64;    // bytes of LONG1 and LONG4
constexpr std::uint8_t kNewestProtocol = 5;

constexpr std::size_t kLongestClass = 1024;  // characters of a class's name
constexpr std::uint64_t kExpansion = 16;     // values that a byte of the pickle may stand for
constexpr std::uint64_t kAlwaysAccepted = 100'000;

bool is_reconstructor(std::string_view name) {
  return name == "copyreg._reconstructor" || name == "copy_reg._reconstructor";
}

// Files that are recognised by a class in them, and what to do with them.
std::string_view advice_for(std::string_view name) {
  if (name.starts_with("dnnlib.tflib."))
    return "is a StyleGAN pickle of TensorFlow, which is not read: convert it to a PyTorch pickle "
           "with the legacy.py of StyleGAN2-ADA (PyTorch) first";
  return {};
}

}  // namespace

class PickleMachine {
 public:
  PickleMachine(ByteReader& reader, const PickleOptions& options)
      : reader_(reader), options_(options), start_(reader.position()) {}

  PickleDocument run() {
    while (!stopped_) {
      opcode_position_ = reader_.position();
      if (reader_.at_end()) reader_.fail("the pickle ends without its STOP");
      execute(static_cast<unsigned char>(reader_.take(1, "an opcode")[0]));
    }
    document_.root = pop();
    require_bounded();
    return std::move(document_);
  }

 private:
  using Ref = PickleRef;
  using Kind = PickleKind;

  [[noreturn]] void fail(std::string_view text) const {
    throw FormatError(
        escaped(concat(reader_.name(), ": ", text, " (byte ", opcode_position_, ")")));
  }

  // Making values.
  Ref add(Kind kind, std::int64_t number = 0) {
    if (document_.values_.size() >= static_cast<std::size_t>(options_.values))
      fail(concat("the pickle has more than ", options_.values,
                  " values, the most that are accepted"));
    document_.values_.push_back({kind, number, opcode_position_});
    return static_cast<Ref>(document_.values_.size() - 1);
  }
  template <class Table, class Entry>
  Ref add_in(Kind kind, Table& table, Entry entry) {
    const Ref ref = add(kind, static_cast<std::int64_t>(table.size()));
    table.push_back(std::move(entry));
    return ref;
  }
  Ref add_text(std::string text, Kind kind = Kind::text) {
    return add_in(kind, document_.texts_, std::move(text));
  }
  Ref add_list(Kind kind, std::vector<Ref> items) {
    return add_in(kind, document_.lists_, std::move(items));
  }
  Ref add_object(Ref callable, Ref arguments, bool called) {
    PickleObject object;
    object.callable = callable;
    object.arguments = arguments;
    object.called = called;
    return add_in(Kind::object, document_.objects_, std::move(object));
  }

  // The stack and its marks.
  void push(Ref ref) {
    if (stack_.size() >= static_cast<std::size_t>(options_.values))
      fail(concat("the pickle's stack has more than ", options_.values,
                  " values, the most that are accepted"));
    stack_.push_back(ref);
  }
  std::size_t bottom() const { return marks_.empty() ? 0 : marks_.back(); }
  Ref pop() {
    if (stack_.size() <= bottom()) fail("the pickle takes a value from an empty stack");
    const Ref ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  Ref top() const {
    if (stack_.size() <= bottom()) fail("the pickle needs a value on an empty stack");
    return stack_.back();
  }
  std::vector<Ref> pop_to_mark() {
    if (marks_.empty()) fail("the pickle needs a mark, but there is none");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Ref> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  // Texts, bytes and numbers of the stream.
  template <class Length>
  std::uint64_t length(std::string_view field) {
    const auto count = reader_.number<Length>(field);
    if constexpr (std::is_signed_v<Length>)
      if (count < 0) fail(concat(field, " is negative: ", count));
    if (static_cast<std::uint64_t>(count) > reader_.remaining())
      fail(concat(field, " is ", static_cast<std::uint64_t>(count), ", but only ",
                  reader_.remaining(), " bytes are left"));
    return static_cast<std::uint64_t>(count);
  }
  std::string characters(std::uint64_t count) {
    if (count > static_cast<std::uint64_t>(options_.text_bytes))
      fail(concat("a text has ", count, " bytes, but at most ", options_.text_bytes,
                  " are accepted"));
    return std::string(reader_.take(count, "a text"));
  }
  void push_unicode(std::uint64_t count) {
    std::string text = characters(count);
    if (!is_utf8(text)) fail("a text is not UTF-8");
    push(add_text(std::move(text)));
  }
  // The strings of Python 2 are bytes; the field's files hold ASCII in them.
  void push_old_string(std::uint64_t count) {
    std::string text = characters(count);
    push(add_text(is_utf8(text) ? std::move(text) : from_latin1(text)));
  }
  void push_bytes(std::uint64_t count) {
    const PickleSpan span{reader_.position(), count};
    reader_.skip(count, "bytes");
    push(add_in(Kind::bytes, document_.spans_, span));
  }
  void push_long(std::uint64_t count) {
    if (count > kLongestInteger)
      fail(concat("a whole number has ", count, " bytes, but at most ", kLongestInteger,
                  " are accepted"));
    const std::string_view bytes = reader_.take(count, "a whole number");
    if (count > 8) {
      push(add_text(decimal(bytes), Kind::big_integer));
      return;
    }
    std::int64_t value = !bytes.empty() && (bytes.back() & 0x80) ? -1 : 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    push(add(Kind::integer, value));
  }
  std::string_view line(std::string_view field) {
    std::string_view text = reader_.line(kLongestLine, field);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
  }
  void push_decimal(std::string_view text) {
    if (text.ends_with('L')) text.remove_suffix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || text.empty() || error == std::errc::invalid_argument)
      fail(concat("'", text.substr(0, 40), "' is no whole number"));
    if (error == std::errc::result_out_of_range) {
      if (text.size() > 2 * kLongestInteger)
        fail(concat("a whole number has ", text.size(), " digits, but at most ",
                    2 * kLongestInteger, " are accepted"));
      push(add_text(std::string(text), Kind::big_integer));
    } else {
      push(add(Kind::integer, value));
    }
  }
  void push_real_line() {
    const std::string_view text = line("a number");
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || text.empty() || error == std::errc::invalid_argument)
      fail(concat("'", text.substr(0, 40), "' is no number"));
    if (error == std::errc::result_out_of_range)
      fail(concat("'", text.substr(0, 40), "' is beyond the numbers of 64 bits"));
    push(add(Kind::real, std::bit_cast<std::int64_t>(value)));
  }
  void push_real() {
    std::string bytes(reader_.take(8, "a number"));
    std::reverse(bytes.begin(), bytes.end());  // big-endian
    std::int64_t bits = 0;
    std::memcpy(&bits, bytes.data(), 8);
    push(add(Kind::real, bits));
  }
  // 'text' with the escapes of Python.
  void push_quoted() {
    const std::string_view text = line("a text");
    if (text.size() < 2 || text.front() != text.back() ||
        (text.front() != '\'' && text.front() != '"'))
      fail("a text lacks its quotes");
    push(add_text(unescaped(text.substr(1, text.size() - 2), false)));
  }
  void push_raw_unicode() { push(add_text(unescaped(line("a text"), true))); }

  std::string unescaped(std::string_view text, bool unicode) const {
    std::string out;
    const auto hexadecimal = [&](std::size_t at, std::size_t digits) {
      std::uint32_t value = 0;
      if (at + digits > text.size()) fail("a text has an escape that is cut off");
      const char* begin = text.data() + at;
      const auto [end, error] = std::from_chars(begin, begin + digits, value, 16);
      if (end != begin + digits) fail("a text has an escape that cannot be read");
      return value;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c != '\\') {
        out += from_latin1(text.substr(i, 1));
        continue;
      }
      const char next = i + 1 < text.size() ? text[i + 1] : '\0';
      if (unicode && (next == 'u' || next == 'U')) {
        const std::size_t digits = next == 'u' ? 4 : 8;
        const std::uint32_t point = hexadecimal(i + 2, digits);
        if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) fail("a text is not Unicode");
        append_code_point(out, point);
        i += 1 + digits;
      } else if (unicode) {
        out += c;
      } else {
        ++i;
        switch (next) {
          case 'n':
            out += '\n';
            break;
          case 't':
            out += '\t';
            break;
          case 'r':
            out += '\r';
            break;
          case '\\':
          case '\'':
          case '"':
            out += next;
            break;
          case 'x':
            append_code_point(out, hexadecimal(i + 1, 2));
            i += 2;
            break;
          default:
            fail("a text has an unknown escape");
        }
      }
    }
    return out;
  }

  // The memo.
  void put(std::uint64_t slot) {
    const Ref ref = top();
    if (!memo_.count(slot) && memo_.size() >= static_cast<std::size_t>(options_.values))
      fail(concat("the pickle's memo has more than ", options_.values,
                  " slots, the most that are accepted"));
    memo_[slot] = ref;
  }
  void get(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) fail(concat("the pickle's memo has no slot ", slot));
    push(found->second);
  }
  std::uint64_t slot_line() {
    const std::string_view text = line("a slot of the memo");
    std::uint64_t slot = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), slot);
    if (error != std::errc() || end != text.data() + text.size())
      fail(concat("'", text.substr(0, 40), "' is no slot of the memo"));
    return slot;
  }

  // Containers.
  bool hashable(Ref ref) const {
    const Kind kind = document_.kind(ref);
    return kind != Kind::list && kind != Kind::dict && kind != Kind::set;
  }
  void set_entries(Ref target, const std::vector<Ref>& keys_and_values) {
    if (keys_and_values.size() % 2 != 0) fail("a dictionary's key lacks its value");
    const Kind kind = document_.kind(target);
    if (kind != Kind::dict && kind != Kind::object)
      fail(concat("entries are set on ", document_.describe(target)));
    auto& entries = kind == Kind::dict ? document_.dicts_[document_.index(target)]
                                       : document_.objects_[document_.index(target)].entries;
    for (std::size_t i = 0; i < keys_and_values.size(); i += 2) {
      if (!hashable(keys_and_values[i]))
        fail(concat(document_.describe(keys_and_values[i]), " cannot be a key of a dictionary"));
      count_links(2);
      entries.emplace_back(keys_and_values[i], keys_and_values[i + 1]);
    }
  }
  void append_items(Ref target, const std::vector<Ref>& items) {
    const Kind kind = document_.kind(target);
    if (kind != Kind::list && kind != Kind::object && kind != Kind::set)
      fail(concat("items are appended to ", document_.describe(target)));
    auto& list = kind == Kind::object ? document_.objects_[document_.index(target)].items
                                      : document_.lists_[document_.index(target)];
    count_links(items.size());
    list.insert(list.end(), items.begin(), items.end());
  }
  // Bounds the memory of containers, whose items may repeat few values.
  void count_links(std::size_t links) {
    links_ += links;
    if (links_ > 4 * static_cast<std::size_t>(options_.values))
      fail(concat("the pickle's containers hold more than ", 4 * options_.values,
                  " items, the most that are accepted"));
  }
  void push_collected(Kind kind) {
    std::vector<Ref> items = pop_to_mark();
    count_links(items.size());
    push(add_list(kind, std::move(items)));
  }
  void push_tuple(std::size_t count) {
    std::vector<Ref> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    push(add_list(Kind::tuple, std::move(items)));
  }

  // Classes and calls.
  void push_global(const std::string& module, const std::string& name) {
    if (module.size() + name.size() >= kLongestClass)
      fail(concat("a class's name has ", module.size() + name.size() + 1,
                  " characters, but at most ", kLongestClass, " are accepted"));
    const std::string full = module + "." + name;
    if (const auto known = globals_.find(full); known != globals_.end()) {
      push(known->second);
      return;
    }
    if (const std::string_view advice = advice_for(full); !advice.empty())
      throw FormatError(escaped(concat(reader_.name(), ": ", advice)));
    const Ref ref = add_text(full, Kind::global);
    globals_.emplace(full, ref);
    push(ref);
  }
  void push_global_lines() {
    const std::string module(line("a module's name"));
    const std::string name(line("a class's name"));
    if (!is_utf8(module) || !is_utf8(name)) fail("a class's name is not UTF-8");
    push_global(module, name);
  }
  void push_stack_global() {
    const Ref name = pop(), module = pop();
    if (!document_.is(name, Kind::text) || !document_.is(module, Kind::text))
      fail("a class is named by values that are no texts");
    push_global(document_.text(module), document_.text(name));
  }
  void call(Ref callable, Ref arguments) {
    const bool named = document_.is(callable, Kind::global);
    if (!options_.inert && (!named || !may_be_called(document_.text(callable))))
      fail(
          concat("calls ",
                 named ? concat("'", document_.text(callable), "'") : document_.describe(callable),
                 ", which no model needs; it is refused and nothing was run (sgilo convert --inert "
                 "reads on past it in a file of your own)"));
    if (!document_.is(arguments, Kind::tuple))
      fail(concat("calls with ", document_.describe(arguments), " in place of arguments"));
    const auto& given = document_.items(arguments);
    if (named && is_reconstructor(document_.text(callable)) && given.size() == 3 &&
        document_.is(given[0], Kind::global)) {  // an object, as protocols 0 and 1 make one
      push(add_object(given[0], arguments, false));
      return;
    }
    push(add_object(callable, arguments, true));
  }
  void construct(Ref callable, Ref arguments) {
    if (!document_.is(callable, Kind::global))
      fail(concat("makes an object of ", document_.describe(callable), ", which is no class"));
    if (!document_.is(arguments, Kind::tuple))
      fail(
          concat("makes an object with ", document_.describe(arguments), " in place of arguments"));
    push(add_object(callable, arguments, false));
  }
  void build() {
    const Ref state = pop(), target = top();
    if (!document_.is(target, Kind::object))
      fail(concat("sets the state of ", document_.describe(target), ", which is no object"));
    PickleObject& object = document_.objects_[document_.index(target)];
    object.has_state = true;
    object.state = state;
  }

  void execute(unsigned char opcode);

  // No value may contain itself, lie too deep or be reached too often. Visits each value once.
  void require_bounded() {
    enum : std::uint8_t { unseen, open, done };
    std::vector<std::uint8_t> seen(document_.count(), unseen);
    std::vector<std::uint32_t> height(document_.count(), 0);
    std::vector<std::uint64_t> size(document_.count(), 1);  // each below the limit: no overflow
    struct Frame {
      Ref ref;
      std::vector<Ref> children;
      std::size_t next;
    };
    std::vector<Frame> frames;
    const std::uint64_t bytes = reader_.position() - start_;
    const std::uint64_t most = std::min(static_cast<std::uint64_t>(options_.expanded_values),
                                        kExpansion * bytes + kAlwaysAccepted);
    const auto refuse = [&](Ref ref, std::string_view text) {
      opcode_position_ = document_.position(ref);
      fail(text);
    };
    const auto require_depth = [&](Ref ref, std::size_t depth) {
      if (depth > static_cast<std::size_t>(options_.depth))
        refuse(ref, concat("values are nested more than ", options_.depth,
                           " deep, the most that is accepted"));
    };
    const auto enter = [&](Ref ref) {
      require_depth(ref, frames.size());
      seen[ref] = open;
      frames.push_back({ref, document_.children(ref), 0});
    };
    enter(document_.root);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      if (frame.next < frame.children.size()) {
        const Ref child = frame.children[frame.next++];
        if (seen[child] == open)
          refuse(child, concat(document_.describe(child), " contains itself"));
        if (seen[child] == unseen) enter(child);
        continue;
      }
      std::uint64_t total = 1;
      for (const Ref child : frame.children) {
        height[frame.ref] = std::max(height[frame.ref], height[child] + 1);
        total += size[child];
      }
      require_depth(frame.ref, height[frame.ref]);
      if (total > most)
        refuse(frame.ref, concat("shared values stand for more than ", most, ", the most that are ",
                                 "accepted of ", bytes, " bytes"));
      size[frame.ref] = total;
      seen[frame.ref] = done;
      frames.pop_back();
    }
  }

  ByteReader& reader_;
  const PickleOptions& options_;
  std::uint64_t start_;  // byte of the pickle's first opcode
  PickleDocument document_;
  std::vector<Ref> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Ref> memo_;
  std::unordered_map<std::string, Ref> globals_;  // each class once, however often it is named
  std::size_t links_ = 0;
  std::uint64_t opcode_position_ = 0;
  bool stopped_ = false;
};

void PickleMachine::execute(unsigned char opcode) {
  switch (opcode) {
    case '(':  // MARK
      if (marks_.size() >= static_cast<std::size_t>(options_.values))
        fail("there are too many marks");
      marks_.push_back(stack_.size());
      break;
    case '.':
      stopped_ = true;
      break;
    case '0':  // POP, which also takes a mark
      if (stack_.size() > bottom())
        stack_.pop_back();
      else
        pop_to_mark();
      break;
    case '1':
      pop_to_mark();
      break;
    case '2':
      push(top());
      break;

    case 'N':
      push(add(Kind::none));
      break;
    case 0x88:
      push(add(Kind::boolean, 1));
      break;
    case 0x89:
      push(add(Kind::boolean, 0));
      break;
    case 'I': {
      const std::string_view text = line("a number");
      if (text == "00" || text == "01")
        push(add(Kind::boolean, text == "01"));
      else
        push_decimal(text);
      break;
    }
    case 'J':
      push(add(Kind::integer, reader_.number<std::int32_t>("a number")));
      break;
    case 'K':
      push(add(Kind::integer, reader_.number<std::uint8_t>("a number")));
      break;
    case 'M':
      push(add(Kind::integer, reader_.number<std::uint16_t>("a number")));
      break;
    case 'L':
      push_decimal(line("a number"));
      break;
    case 0x8a:
      push_long(length<std::uint8_t>("the length of a whole number"));
      break;
    case 0x8b:
      push_long(length<std::int32_t>("the length of a whole number"));
      break;
    case 'F':
      push_real_line();
      break;
    case 'G':
      push_real();
      break;

    case 'S':
      push_quoted();
      break;
    case 'T':
      push_old_string(length<std::int32_t>("the length of a text"));
      break;
    case 'U':
      push_old_string(length<std::uint8_t>("the length of a text"));
      break;
    case 'V':
      push_raw_unicode();
      break;
    case 0x8c:
      push_unicode(length<std::uint8_t>("the length of a text"));
      break;
    case 'X':
      push_unicode(length<std::uint32_t>("the length of a text"));
      break;
    case 0x8d:
      push_unicode(length<std::uint64_t>("the length of a text"));
      break;
    case 'C':
      push_bytes(length<std::uint8_t>("the length of bytes"));
      break;
    case 'B':
      push_bytes(length<std::uint32_t>("the length of bytes"));
      break;
    case 0x8e:
    case 0x96:
      push_bytes(length<std::uint64_t>("the length of bytes"));
      break;

    case ')':
      push_tuple(0);
      break;
    case 0x85:
      push_tuple(1);
      break;
    case 0x86:
      push_tuple(2);
      break;
    case 0x87:
      push_tuple(3);
      break;
    case 't':
      push_collected(Kind::tuple);
      break;
    case ']':
      push(add_list(Kind::list, {}));
      break;
    case 'l':
      push_collected(Kind::list);
      break;
    case 0x8f:
      push(add_list(Kind::set, {}));
      break;
    case 0x91:
      push_collected(Kind::set);
      break;
    case '}':
      push(add_in(Kind::dict, document_.dicts_, std::vector<std::pair<Ref, Ref>>{}));
      break;
    case 'd': {
      const std::vector<Ref> items = pop_to_mark();
      const Ref dict = add_in(Kind::dict, document_.dicts_, std::vector<std::pair<Ref, Ref>>{});
      set_entries(dict, items);
      push(dict);
      break;
    }
    case 'a': {
      const Ref item = pop();
      append_items(top(), {item});
      break;
    }
    case 'e':
    case 0x90: {
      const std::vector<Ref> items = pop_to_mark();
      append_items(top(), items);
      break;
    }
    case 's': {
      const Ref value = pop(), key = pop();
      set_entries(top(), {key, value});
      break;
    }
    case 'u': {
      const std::vector<Ref> items = pop_to_mark();
      set_entries(top(), items);
      break;
    }

    case 'c':
      push_global_lines();
      break;
    case 0x93:
      push_stack_global();
      break;
    case 'R': {
      const Ref arguments = pop(), callable = pop();
      call(callable, arguments);
      break;
    }
    case 'i': {
      std::vector<Ref> items = pop_to_mark();
      push_global_lines();
      const Ref callable = pop();
      call(callable, add_list(Kind::tuple, std::move(items)));
      break;
    }
    case 'o': {
      std::vector<Ref> items = pop_to_mark();
      if (items.empty()) fail("an object lacks its class");
      const Ref callable = items.front();
      items.erase(items.begin());
      call(callable, add_list(Kind::tuple, std::move(items)));
      break;
    }
    case 0x81: {
      const Ref arguments = pop(), callable = pop();
      construct(callable, arguments);
      break;
    }
    case 0x92: {
      const Ref keywords = pop(), arguments = pop(), callable = pop();
      if (!document_.is(keywords, Kind::dict))
        fail("an object's named arguments are no dictionary");
      construct(callable, arguments);
      break;
    }
    case 'b':
      build();
      break;

    case 'P':
      push(add(Kind::persistent,
               static_cast<std::int64_t>(add_text(std::string(line("an identity"))))));
      break;
    case 'Q': {
      const Ref identity = pop();
      push(add(Kind::persistent, static_cast<std::int64_t>(identity)));
      break;
    }

    case 'p':
      put(slot_line());
      break;
    case 'q':
      put(reader_.number<std::uint8_t>("a slot of the memo"));
      break;
    case 'r':
      put(reader_.number<std::uint32_t>("a slot of the memo"));
      break;
    case 0x94:
      put(memo_.size());
      break;
    case 'g':
      get(slot_line());
      break;
    case 'h':
      get(reader_.number<std::uint8_t>("a slot of the memo"));
      break;
    case 'j':
      get(reader_.number<std::uint32_t>("a slot of the memo"));
      break;

    case 0x80: {
      const auto protocol = reader_.number<std::uint8_t>("the protocol");
      if (protocol > kNewestProtocol)
        fail(concat("the pickle has protocol ", static_cast<int>(protocol), ", but 0 to ",
                    static_cast<int>(kNewestProtocol), " are known"));
      break;
    }
    case 0x95:
      length<std::uint64_t>("the length of a frame");
      break;
    case 0x82:
    case 0x83:
    case 0x84:
      fail("the pickle names a class by a registered number, which is refused");
    case 0x97:
    case 0x98:
      fail("the pickle has buffers outside of it, which are refused");
    default: {
      constexpr std::string_view digits = "0123456789abcdef";
      fail(concat("0x", digits[opcode >> 4], digits[opcode & 15], " is no opcode of a pickle"));
    }
  }
}

PickleDocument read_pickle(ByteReader& reader, const PickleOptions& options) {
  return PickleMachine(reader, options).run();
}

}  // namespace sgilo
