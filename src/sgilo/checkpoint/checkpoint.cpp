#include "sgilo/checkpoint/checkpoint.h"

#include "sgilo/checkpoint/raw_tensor.h"
#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

// Elements from the view's first to its last in memory; 0 for an empty view.
std::int64_t extent(const TensorEntry& entry) {
  std::int64_t last = 0;
  for (std::size_t i = 0; i < entry.sizes.size(); ++i) {
    if (entry.sizes[i] == 0) return 0;
    last += (entry.sizes[i] - 1) * entry.strides[i];
  }
  return last + 1;
}

// The view's numbers out of `span`, which starts at its first one.
Tensor gathered(const TensorEntry& entry, const Tensor& span) {
  Tensor numbers =
      entry.contiguous()
          ? span.view(entry.sizes)
          : span.as_strided(entry.sizes, entry.strides).clone(torch::MemoryFormat::Contiguous);
  if (entry.conjugate && numbers.is_complex()) numbers = torch::conj_physical(numbers);
  return entry.negative ? torch::neg(numbers) : numbers;
}

Tensor read_numbers(const Bytes& storage, torch::ScalarType type, std::int64_t offset,
                    std::int64_t count) {
  const Tensor numbers = torch::empty({count}, torch::dtype(type));
  const std::uint64_t size = torch::elementSize(type);
  storage->read_at(static_cast<std::uint64_t>(offset) * size, numbers.data_ptr(),
                   static_cast<std::uint64_t>(count) * size);
  return numbers;
}

void require_booleans(const Tensor& tensor, const std::filesystem::path& path,
                      const std::string& name) {
  if (tensor.scalar_type() == torch::kBool && !holds_booleans(tensor))
    throw format_error(
        path, concat("tensor '", name, "' is of booleans, but holds bytes other than 0 and 1"));
}

}  // namespace

std::uint64_t TensorEntry::bytes() const {
  std::uint64_t product = torch::elementSize(type);
  for (const std::int64_t size : sizes) product *= static_cast<std::uint64_t>(size);
  return product;
}

bool TensorEntry::contiguous() const {
  std::int64_t expected = 1;
  for (std::size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] == 0) return true;
    if (sizes[i] != 1 && strides[i] != expected) return false;
    expected *= sizes[i];
  }
  return true;
}

std::vector<std::string> Checkpoint::warnings() const {
  std::vector<std::string> out;
  for (const std::string& note : notes) out.push_back(escaped(concat(path.string(), ": ", note)));
  return out;
}

Tensor Checkpoint::load(const std::string& name) const {
  const auto found = tensors.find(name);
  if (const auto known = unread.find(name); known != unread.end())
    throw format_error(path, concat("'", name, "' ", known->second));
  if (found == tensors.end()) throw format_error(path, concat("tensor '", name, "' is missing"));
  const TensorEntry& entry = found->second;
  const Tensor tensor =
      gathered(entry, read_numbers(entry.storage, entry.type, entry.offset, extent(entry)));
  require_booleans(tensor, path, name);
  return tensor;
}

StateDict Checkpoint::state(const std::string& prefix) const {
  std::map<const ByteSource*, std::vector<std::string>> names_of;
  for (auto it = tensors.lower_bound(prefix); it != tensors.end() && it->first.starts_with(prefix);
       ++it)
    names_of[it->second.storage.get()].push_back(it->first);
  StateDict out;
  for (const auto& [storage, names] : names_of) {
    if (names.size() == 1) {
      out[names.front().substr(prefix.size())] = load(names.front());
      continue;
    }
    const TensorEntry& first = tensors.at(names.front());
    const Tensor all =
        read_numbers(first.storage, torch::kUInt8, 0, static_cast<std::int64_t>(storage->size()));
    for (const std::string& name : names) {
      const TensorEntry& entry = tensors.at(name);
      const auto size = static_cast<std::int64_t>(torch::elementSize(entry.type));
      // A copy: shared numbers are never writable through two tensors, and views must be aligned.
      const Tensor span =
          all.narrow(0, entry.offset * size, extent(entry) * size).clone().view(entry.type);
      out[name.substr(prefix.size())] = gathered(entry, span);
      require_booleans(out[name.substr(prefix.size())], path, name);
    }
  }
  return out;
}

void Checkpoint::verify() const {
  if (whole) whole->verify();
}

void require_inside_storage(const TensorEntry& entry, const std::string& where) {
  const auto fail = [&](const std::string& text) {
    throw FormatError(escaped(concat(where, " ", text)));
  };
  if (entry.sizes.size() > kMostAxes)
    fail(concat("has ", entry.sizes.size(), " axes, but at most ", kMostAxes, " are accepted"));
  if (entry.sizes.size() != entry.strides.size())
    fail(concat("has ", entry.sizes.size(), " sizes, but ", entry.strides.size(), " strides"));
  if (entry.offset < 0) fail(concat("starts at the number ", entry.offset, " of its storage"));
  bool empty = false;
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < entry.sizes.size(); ++i) {
    if (entry.sizes[i] < 0) fail(concat("has the negative size ", entry.sizes[i]));
    if (entry.strides[i] < 0) fail(concat("has the negative stride ", entry.strides[i]));
    empty = empty || entry.sizes[i] == 0;
    sizes.push_back(static_cast<std::uint64_t>(entry.sizes[i]));
  }
  if (entry.negative && entry.type == torch::kBool)
    fail("is of booleans, but stored as their negatives");
  if (!byte_count(sizes, entry.type)) fail("has a shape whose number of bytes overflows 64 bits");
  const auto count =
      static_cast<std::int64_t>(entry.storage->size() / torch::elementSize(entry.type));
  std::int64_t last = entry.offset;
  bool overflow = false;
  for (std::size_t i = 0; i < entry.sizes.size() && !empty; ++i) {
    std::int64_t reach = 0;
    overflow = overflow || __builtin_mul_overflow(entry.sizes[i] - 1, entry.strides[i], &reach) ||
               __builtin_add_overflow(last, reach, &last);
  }
  if (!empty && (overflow || last >= count))
    fail(concat("reaches number ", overflow ? std::string("2^63") : concat(last),
                " of its storage, which has ", count));
}

void require_limits(const Checkpoint& checkpoint, std::uint64_t file_bytes,
                    const CheckpointLimits& limits) {
  const auto fail = [&](const std::string& text) { throw format_error(checkpoint.path, text); };
  if (checkpoint.tensors.size() > static_cast<std::size_t>(limits.tensors))
    fail(concat("has ", checkpoint.tensors.size(), " tensors, but at most ", limits.tensors,
                " are accepted"));
  constexpr double kGibibyte = 1 << 30;
  constexpr double kAlwaysAccepted = 1 << 24;  // bytes
  const double most = limits.expansion * static_cast<double>(file_bytes) + kAlwaysAccepted;
  if (checkpoint.whole && static_cast<double>(checkpoint.whole->size()) > most)
    fail(concat("its records would unpack to ", checkpoint.whole->size(), " bytes, but at most ",
                limits.expansion, " times the file's ", file_bytes, " bytes are accepted"));
  double total = 0;
  for (const auto& [name, entry] : checkpoint.tensors) {
    total += static_cast<double>(entry.bytes());
    const bool repeated = total > most;
    if (repeated || total > limits.gibibytes * kGibibyte)
      fail(concat("tensor '", name, "' brings the tensors to ", total / kGibibyte,
                  " GiB, but at most ",
                  repeated ? concat(limits.expansion, " times the file's ", file_bytes, " bytes")
                           : concat(limits.gibibytes, " GiB"),
                  " are accepted"));
  }
}

}  // namespace sgilo
