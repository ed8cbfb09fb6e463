#include "sgilo/commands/jobs.h"

namespace sgilo {

Job demo_job();
Job measure_job();
Job solve_job();
Job compare_job();
Job optest_job();
Job sample_job();
Job invert_job();
Job train_generator_job();
Job train_classifier_job();
Job train_score_job();
Job portraits_job();
Job generate_job();
Job score_job();
Job info_job();
Job convert_job();
Job bench_job();
Job theory_job();
Job theory_suggest_job();
Job options_job();

const std::vector<Job>& jobs() {
  static const std::vector<Job> all{demo_job(),
                                    measure_job(),
                                    solve_job(),
                                    compare_job(),
                                    optest_job(),
                                    sample_job(),
                                    invert_job(),
                                    train_generator_job(),
                                    train_classifier_job(),
                                    train_score_job(),
                                    portraits_job(),
                                    generate_job(),
                                    score_job(),
                                    info_job(),
                                    convert_job(),
                                    bench_job(),
                                    theory_job(),
                                    theory_suggest_job(),
                                    options_job()};
  return all;
}

const Job* find_job(std::string_view name) {
  for (const Job& job : jobs())
    if (job.name == name) return &job;
  return nullptr;
}

const Job& job_of(std::string_view name) {
  if (const Job* job = find_job(name)) return *job;
  std::vector<std::string> known;
  for (const Job& job : jobs()) known.push_back(job.name);
  throw ConfigError(unknown_name("job", name, known));
}

}  // namespace sgilo
