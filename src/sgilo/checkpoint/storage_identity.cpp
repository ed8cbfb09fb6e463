#include "sgilo/checkpoint/storage_identity.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

struct StorageClass {
  std::string_view name;
  torch::ScalarType type;
};
constexpr std::array<StorageClass, 13> kStorageClasses{{
    {"torch.FloatStorage", torch::kFloat32},
    {"torch.DoubleStorage", torch::kFloat64},
    {"torch.HalfStorage", torch::kFloat16},
    {"torch.BFloat16Storage", torch::kBFloat16},
    {"torch.LongStorage", torch::kInt64},
    {"torch.IntStorage", torch::kInt32},
    {"torch.ShortStorage", torch::kInt16},
    {"torch.CharStorage", torch::kInt8},
    {"torch.ByteStorage", torch::kUInt8},
    {"torch.BoolStorage", torch::kBool},
    {"torch.ComplexFloatStorage", torch::kComplexFloat},
    {"torch.ComplexDoubleStorage", torch::kComplexDouble},
    {"torch.storage.UntypedStorage", torch::kUInt8},
}};

std::string storage_class_names() {
  std::vector<std::string> names;
  for (const StorageClass& known : kStorageClasses) names.emplace_back(known.name);
  return join(names);
}

// Reads the parts of one identity, and names its place where they are wrong.
class IdentityReader {
 public:
  IdentityReader(const PickleDocument& document, PickleRef persistent, const std::string& where)
      : document_(document), persistent_(persistent), where_(where) {}

  StorageIdentity read() const {
    const PickleRef tuple = document_.identity(persistent_);
    if (!document_.is(tuple, PickleKind::tuple) || document_.items(tuple).size() < 5 ||
        document_.items(tuple).size() > 6)
      fail(concat("a persistent value must be ('storage', class, key, location, count), but is ",
                  document_.describe(tuple)));
    const auto& items = document_.items(tuple);
    if (!is_text(items[0]) || document_.text(items[0]) != "storage" ||
        !document_.is(items[1], PickleKind::global) || !is_text(items[2]) || !is_text(items[3]))
      fail("a persistent value must be ('storage', class, key, location, count)");
    StorageIdentity identity;
    identity.type = type_of(document_.text(items[1]));
    identity.key = document_.text(items[2]);
    identity.count = count_of(items[4]);
    if (identity.count > std::numeric_limits<std::int64_t>::max() / 8)
      fail(concat("a storage of ", identity.count, " numbers is too large"));
    if (items.size() == 6 && !document_.is(items[5], PickleKind::none))
      read_view(items[5], identity);
    return identity;
  }

 private:
  [[noreturn]] void fail(const std::string& text) const {
    throw format_error(where_, concat(text, " (byte ", document_.position(persistent_), ")"));
  }
  bool is_text(PickleRef ref) const { return document_.is(ref, PickleKind::text); }
  std::uint64_t count_of(PickleRef ref) const {
    if (!document_.is(ref, PickleKind::integer) || document_.integer(ref) < 0)
      fail("a storage's count must be a whole number from 0");
    return static_cast<std::uint64_t>(document_.integer(ref));
  }
  torch::ScalarType type_of(const std::string& name) const {
    const auto* const known =
        std::find_if(kStorageClasses.begin(), kStorageClasses.end(),
                     [&](const StorageClass& storage) { return storage.name == name; });
    if (known == kStorageClasses.end())
      fail(concat("the storage class '", name, "' is unknown; known: ", storage_class_names()));
    return known->type;
  }
  void read_view(PickleRef ref, StorageIdentity& identity) const {
    const bool view = document_.is(ref, PickleKind::tuple) && document_.items(ref).size() == 3;
    if (!view || !is_text(document_.items(ref)[0]))
      fail("a storage's view must be (key, offset, count)");
    const auto& parts = document_.items(ref);
    identity.view_key = document_.text(parts[0]);
    identity.view_offset = count_of(parts[1]);
    identity.view_count = count_of(parts[2]);
    if (identity.view_offset > identity.count ||
        identity.view_count > identity.count - identity.view_offset)
      fail("a storage's view leaves it");
  }

  const PickleDocument& document_;
  PickleRef persistent_;
  const std::string& where_;
};

}  // namespace

StorageIdentity storage_identity(const PickleDocument& document, PickleRef persistent,
                                 const std::string& where) {
  return IdentityReader(document, persistent, where).read();
}

}  // namespace sgilo
