// What holds of every job.
#include "sgilo/commands/jobs.h"

#include <gtest/gtest.h>

#include <set>

#include "support/error_text.h"

namespace sgilo {
namespace {

bool has_option(const Job& job, const std::string& path) {
  for (const OptionEntry& entry : job.table)
    if (entry.path == path) return true;
  return false;
}

TEST(Jobs, EachHasItsNameHelpAndFunctions) {
  std::set<std::string> names;
  for (const Job& job : jobs()) {
    EXPECT_TRUE(names.insert(job.name).second) << job.name;
    EXPECT_FALSE(job.help.empty()) << job.name;
    EXPECT_TRUE(job.plan && job.run && job.text) << job.name;
    EXPECT_EQ(find_job(job.name), &job);
  }
  EXPECT_TRUE(names.contains("train score"));
}

TEST(Jobs, WhatACommandLineSaysOfOneIsTrueOfItsTable) {
  for (const Job& job : jobs()) {
    EXPECT_TRUE(job.command.example.starts_with("sgilo " + job.name)) << job.name;
    if (!job.command.positional.empty()) {
      EXPECT_TRUE(has_option(job, job.command.positional)) << job.name;
    }
    for (const auto& [alias, path] : job.command.aliases)
      EXPECT_TRUE(has_option(job, path) && !has_option(job, alias)) << job.name << " " << alias;
    if (job.makes_run) {
      EXPECT_TRUE(has_option(job, "output")) << job.name;
    }
  }
}

TEST(Jobs, EachRefusesAnUnknownOption) {
  Observer silent;
  for (const Job& job : jobs()) {
    const Json unknown = {{"no_such_option", 1}};
    const auto is_named = [](const std::string& text) {
      return text.starts_with("no_such_option: unknown option 'no_such_option'");
    };
    EXPECT_TRUE(is_named(error_text<ConfigError>([&] { job.plan(unknown, silent); }))) << job.name;
    EXPECT_TRUE(is_named(error_text<ConfigError>([&] {
      job.run(unknown, RunMode::fresh, silent);
    }))) << job.name;
  }
}

TEST(Jobs, AnUnknownOneIsNamedWithTheNearest) {
  EXPECT_EQ(job_of("solve").name, "solve");
  EXPECT_EQ(find_job("solv"), nullptr);
  EXPECT_TRUE(error_text<ConfigError>([] {
                job_of("solv");
              }).starts_with("unknown job 'solv', did you mean 'solve'? known jobs: demo, "));
}

}  // namespace
}  // namespace sgilo
