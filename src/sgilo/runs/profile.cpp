#include "sgilo/runs/profile.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace sgilo {
namespace {

enum Part { kConvolution, kElementwise, kScore, kOperator, kOptimiser, kOther };

using Clock = std::chrono::steady_clock;

}  // namespace

struct Profile::Implementation {
  std::vector<Part> open{kOther};
  std::array<double, kProfileParts.size()> seconds{};
  Clock::time_point since = Clock::now();
  bool in_generator = false;  // of a backward pass: the operator's gradient came before
  at::CallbackHandle handle{};
  std::vector<std::unique_ptr<Generator>> generators;
  std::vector<std::unique_ptr<ForwardOperator>> operators;

  void count() {
    const Clock::time_point now = Clock::now();
    seconds[open.back()] += std::chrono::duration<double>(now - since).count();
    since = now;
  }
  void enter(Part part) {
    count();
    open.push_back(part);
  }
  void leave() {
    count();
    open.pop_back();
  }
};

namespace {

thread_local Profile::Implementation* watching = nullptr;

// A part from here to the end of the block.
class Entered {
 public:
  explicit Entered(Part part) : own_(watching) {
    if (own_) own_->enter(part);
  }
  ~Entered() {
    if (own_) own_->leave();
  }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  Profile::Implementation* own_;
};

Part part_of(const at::RecordFunction& operation, const Profile::Implementation& own) {
  Part now = own.open.back();
  // An operation of a backward pass, outside of any other.
  if (operation.scope() == at::RecordScope::BACKWARD_FUNCTION && now == kOptimiser)
    now = own.in_generator ? kElementwise : kOperator;
  if (now != kElementwise) return now;
  const std::string_view name = operation.name();
  const bool convolution = name.find("conv") != name.npos || name.find("Conv") != name.npos;
  return convolution ? kConvolution : now;
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& operation) {
  if (watching) watching->enter(part_of(operation, *watching));
  return nullptr;
}
void end(const at::RecordFunction&, at::ObserverContext*) {
  if (watching && watching->open.size() > 1) watching->leave();
}

// The image as it is; its gradient marks where that of the operator ends.
struct ImageMark : torch::autograd::Function<ImageMark> {
  static Tensor forward(torch::autograd::AutogradContext*, const Tensor& image) {
    return image.view_as(image);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list gradients) {
    if (watching) {
      watching->count();
      watching->in_generator = true;
    }
    return gradients;
  }
};

class WatchedGenerator : public Generator {
 public:
  explicit WatchedGenerator(const Generator& own, std::shared_ptr<const Generator> kept = {})
      : own_(own), kept_(std::move(kept)) {}
  int layers() const override { return own_.layers(); }
  Shape image_shape() const override { return own_.image_shape(); }
  std::string describe() const override { return own_.describe(); }
  LatentState draw(int layer, const std::vector<RandomStreams>& rows) const override {
    const Entered part(kElementwise);
    return own_.draw(layer, rows);
  }
  Tensor decode(const LatentState& state) const override {
    const Entered part(kElementwise);
    if (watching) watching->in_generator = false;
    return ImageMark::apply(own_.decode(state));
  }
  LatentState advance(const LatentState& state, int to_layer) const override {
    const Entered part(kElementwise);
    return own_.advance(state, to_layer);
  }

 private:
  const Generator& own_;
  std::shared_ptr<const Generator> kept_;  // where it has no other owner
};

class WatchedOperator : public ForwardOperator {
 public:
  explicit WatchedOperator(const ForwardOperator& own)
      : ForwardOperator(own.image_shape()), own_(own) {}
  Tensor adjoint(const Tensor& measurements) const override {
    const Entered part(kOperator);
    return own_.adjoint(measurements);
  }
  bool linear() const override { return own_.linear(); }
  std::string describe() const override { return own_.describe(); }
  Json options() const override { return own_.options(); }
  StateDict state() const override { return own_.state(); }

 private:
  Tensor measure(const Tensor& image) const override {
    const Entered part(kOperator);
    return own_.apply(image);
  }
  Tensor picture_of(const Tensor& measurements) const override {
    return own_.picture(measurements);
  }

  const ForwardOperator& own_;
};

class WatchedSolver : public Solver {
 public:
  explicit WatchedSolver(const Solver& own) : own_(own) {}
  SolverState start(const Problem& problem, const std::vector<RowKey>& rows,
                    const RandomStreams& streams) const override {
    const Entered part(kOptimiser);
    return own_.start(problem, rows, streams);
  }
  StepReport step(SolverState& state, const Problem& problem,
                  const RandomStreams& streams) const override {
    const Entered part(kOptimiser);
    return own_.step(state, problem, streams);
  }
  std::int64_t total_steps() const override { return own_.total_steps(); }
  std::string describe() const override { return own_.describe(); }

 private:
  const Solver& own_;
};

}  // namespace

Profile::Profile() : own_(std::make_unique<Implementation>()) {
  watching = own_.get();
  own_->handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(begin, end)
          .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION,
                   at::RecordScope::USER_SCOPE}));
}

Profile::~Profile() {
  at::removeCallback(own_->handle);
  watching = nullptr;
}

Problem Profile::watched(const Problem& problem) {
  Problem out = problem;
  own_->generators.push_back(std::make_unique<WatchedGenerator>(*problem.generator));
  out.generator = own_->generators.back().get();
  if (problem.coarse)
    out.coarse = std::make_shared<WatchedGenerator>(*problem.coarse, problem.coarse);
  own_->operators.push_back(std::make_unique<WatchedOperator>(*problem.forward_operator));
  out.forward_operator = own_->operators.back().get();
  out.priors = problem.priors.with_scores([](ScoreFunction score) -> ScoreFunction {
    return [score = std::move(score)](const Tensor& x, const Tensor& t) {
      const Entered part(kScore);
      return score(x, t);
    };
  });
  return out;
}

std::unique_ptr<Solver> Profile::watched(const Solver& solver) {
  return std::make_unique<WatchedSolver>(solver);
}

std::map<std::string, double> Profile::seconds() const {
  own_->count();
  std::map<std::string, double> out;
  for (std::size_t i = 0; i < kProfileParts.size(); ++i)
    out[std::string(kProfileParts[i])] = own_->seconds[i];
  return out;
}

Table profile_table(const std::map<std::string, double>& seconds) {
  double whole = 0;
  for (const auto& part : seconds) whole += part.second;
  std::vector<std::pair<std::string, double>> parts(seconds.begin(), seconds.end());
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  Table table({"part", "seconds", "share"});
  for (const auto& [part, own] : parts)
    table.add_row({part, number_text(own, 3), concat(number_text(100 * own / whole, 3), " %")});
  return table;
}

}  // namespace sgilo
