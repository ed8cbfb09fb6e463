// The verbs of the command, in the order of `sgilo help`.
#include "sgilo/cli/verb.h"

namespace sgilo {

Verb demo_verb();
Verb measure_verb();
Verb solve_verb();
Verb compare_verb();
Verb optest_verb();
Verb sample_verb();
Verb invert_verb();
Verb train_generator_verb();
Verb train_classifier_verb();
Verb train_score_verb();
Verb portraits_verb();
Verb generate_verb();
Verb score_verb();
Verb info_verb();
Verb convert_verb();
Verb bench_verb();
Verb theory_verb();
Verb theory_suggest_verb();
Verb options_verb();

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all{demo_verb(),
                                     measure_verb(),
                                     solve_verb(),
                                     compare_verb(),
                                     optest_verb(),
                                     sample_verb(),
                                     invert_verb(),
                                     train_generator_verb(),
                                     train_classifier_verb(),
                                     train_score_verb(),
                                     portraits_verb(),
                                     generate_verb(),
                                     score_verb(),
                                     info_verb(),
                                     convert_verb(),
                                     bench_verb(),
                                     theory_verb(),
                                     theory_suggest_verb(),
                                     options_verb()};
  return all;
}

}  // namespace sgilo
