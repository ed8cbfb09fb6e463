// What a generator's file states beside its weights: gains, activations, filters, limits. The
// network of generator/ has one value of each; what a file states otherwise is honoured (gains of
// linear layers and the limit of the activations) or refused by its name, never ignored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sgilo/checkpoint/checkpoint.h"

namespace sgilo {

// The limit of the activations beside converted weights: a value, or a tensor of no axes where the
// format keeps nothing but tensors.
inline constexpr const char* kClamp = "conv_clamp";

class StoredConstants {
 public:
  // Of the generator whose tensors begin with `prefix`, under NVIDIA's or rosinality's names.
  StoredConstants(const Checkpoint& file, std::string prefix)
      : file_(file), prefix_(std::move(prefix)) {}

  // Throws FormatError for what contradicts the computation: "f.pkl:
  // 'G_ema.synthesis.b8.architecture' must be "skip", but is "resnet"".
  void require_known() const;

  // Multiplies weights and biases of linear layers, named without the prefix, by what the file's
  // gains differ from those of the network. Throws FormatError for gains that are no positive
  // numbers.
  void fold_gains(StateDict& state) const;

  // The limit that the file states for the activations; 0: none. Throws FormatError where layers
  // differ or it is no positive number.
  double clamp() const;

 private:
  struct Stated {
    std::string name;  // in the file
    const Json* value;
  };
  // An attribute of a module ("synthesis.b8.", or "") or of the arguments that made it.
  std::optional<Stated> stated(const std::string& module, const std::string& attribute) const;
  std::optional<Stated> stated_name(const std::string& name) const;
  std::optional<Stated> stated_rate(const std::string& module) const;
  double positive(const Stated& stated) const;
  [[noreturn]] void refuse(const std::string& name, const std::string& accepted,
                           const std::string& found) const;

  void check_value(const std::string& name, const std::string& rest, const Json& value) const;
  std::vector<Json> accepted(const std::string& module, const std::string& attribute) const;
  std::int64_t size_of(const std::string& tensor, std::size_t axis) const;  // -1: there is none
  std::int64_t count_of(const std::string& start, const std::string& end) const;
  void check_filter(const std::string& name) const;

  const Checkpoint& file_;
  std::string prefix_;
};

}  // namespace sgilo
