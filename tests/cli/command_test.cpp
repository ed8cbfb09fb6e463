// The command as people use it: words in, files, sentences and exit codes out.
#include "sgilo/cli/command.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/cli/command_line.h"
#include "sgilo/cli/terminal_observer.h"
#include "sgilo/commands/jobs.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/runs/run_folder.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

struct Result {
  int code = 0;
  std::string out, err;
};

Result run(const Words& words) {
  std::ostringstream out, err;
  const int code = run_command(words, out, err);
  return {code, out.str(), err.str()};
}

void expect_failure(const Words& words, int code, const std::string& sentence) {
  const Result result = run(words);
  EXPECT_EQ(result.code, code) << result.err;
  EXPECT_EQ(result.err, "sgilo: " + sentence + "\n");
  EXPECT_EQ(result.out, "");
}

class Command : public testing::Test {
 protected:
  Command() { write_png(folder_ / "face.png", smooth_pictures(1, 16)[0]); }
  ~Command() override { forget_stop(); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  Words measure_words(const Words& more = {}) const {
    Words words{"measure", path("face.png"), "--size", "16", "-o", path("y.safetensors"), "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Words solve_words(const Words& more = {}) const {
    Words words{"solve",
                path("y.safetensors"),
                "--model",
                path("model"),
                "-o",
                path("run"),
                "-q",
                "--solver",
                "sgilo:chains=2,evaluations=12,style_evaluations=6,kept=2",
                "--solver.layers=1",
                "--solver.integrator.inner-steps=3"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  void make_model_and_measurement() {
    write_tiny_model(folder_ / "model");
    ASSERT_EQ(run(measure_words({"--operator", "inpaint:keep=0.5"})).code, 0);
  }

  TemporaryFolder folder_;
};

TEST_F(Command, MeasuresSolvesAndCompares) {
  make_model_and_measurement();
  const Result solved = run(solve_words());
  ASSERT_EQ(solved.code, 0) << solved.err;
  EXPECT_TRUE(solved.out.starts_with(path("run") + ": 1 image(s), sgilo")) << solved.out;
  EXPECT_TRUE(fs::exists(folder_ / "run/samples/chain_1.png"));

  const Result compared = run({"compare", path("run"), "--reference", path("face.png"), "-o",
                               path("metrics.csv"), "--json"});
  ASSERT_EQ(compared.code, 0) << compared.err;
  const Json json = Json::parse(compared.out);
  ASSERT_EQ(json["metrics"].size(), 3u);
  EXPECT_EQ(json["metrics"][0]["estimate"], "mean");
  EXPECT_TRUE(json["metrics"][0]["psnr"].is_number());
  EXPECT_EQ(folder_.get("metrics.csv").substr(0, 34), "run,image,estimate,psnr,ssim,mse\nr");
  EXPECT_EQ(json["references_fit"], true) << compared.err;
  const Result beside = run({"compare", path("run"), "--reference", path("face.png")});
  EXPECT_TRUE(beside.out.ends_with("\n" + path("run/metrics.csv") + ": 3 rows\n")) << beside.out;
  EXPECT_EQ(folder_.get("run/metrics.csv"), folder_.get("metrics.csv"));
}

TEST_F(Command, AnotherImageOfEqualSizeIsADoubtfulReference) {
  make_model_and_measurement();
  ASSERT_EQ(run(solve_words()).code, 0);
  write_png(folder_ / "other.png", -smooth_pictures(1, 16)[0]);
  const Words words{"compare", path("run"), "--reference", path("other.png")};
  const Result text = run(words);
  EXPECT_EQ(text.code, 0);
  EXPECT_NE(text.err.find("sgilo: warning: " + path("other.png") + ": is hardly the image that " +
                          path("run") + " restored: it misses the measurement by "),
            std::string::npos)
      << text.err;
  EXPECT_NE(text.out.find("\nDoubtful: " + path("other.png")), std::string::npos) << text.out;
  Words json = words;
  json.push_back("--json");
  EXPECT_EQ(Json::parse(run(json).out)["references_fit"], false);
}

TEST_F(Command, ComparesRunsPairwise) {
  make_model_and_measurement();
  ASSERT_EQ(run({"measure", path("face.png"), path("face.png"), "--size", "16", "-q", "-o",
                 path("y.safetensors")})
                .code,
            0);
  ASSERT_EQ(run(solve_words()).code, 0);
  ASSERT_EQ(run({"solve", path("y.safetensors"), "--model", path("model"), "-o", path("csgm"), "-q",
                 "--solver", "csgm", "--chains", "2", "--evaluations", "5"})
                .code,
            0);
  const Result result = run({"compare", path("run"), path("csgm"), "--reference", path("face.png"),
                             "--reference", path("face.png"), "-o", path("metrics.csv")});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("csgm - run"), std::string::npos) << result.out;
}

TEST_F(Command, RunRepeatsFromItsOwnConfiguration) {
  make_model_and_measurement();
  ASSERT_EQ(run(solve_words()).code, 0);
  ASSERT_EQ(run({"solve", "--config", path("run/config.json"), "-o", path("again"), "-q"}).code, 0);
  const auto draws = [&](const std::string& name) {
    return read_safetensors(folder_ / (name + "/draws.safetensors")).tensors.at("draws");
  };
  EXPECT_TRUE(torch::equal(draws("run"), draws("again")));
}

TEST_F(Command, InterruptedRunSavesItsStateAndGoesOn) {
  make_model_and_measurement();
  request_stop();
  const Result stopped = run(solve_words());
  EXPECT_EQ(stopped.code, 130);
  EXPECT_EQ(stopped.out, "interrupted, the state is saved; go on with: sgilo solve --resume " +
                             path("run") + "\n");
  forget_stop();
  expect_failure(solve_words(), 2,
                 path("run") +
                     " holds an unfinished run; name another folder, replace it with "
                     "--force or go on with --resume " +
                     path("run"));
  EXPECT_EQ(run({"solve", "--resume", path("run"), "-q"}).code, 0);
  EXPECT_EQ(read_json_file(folder_ / "run/manifest.json")["status"], "finished");
}

TEST_F(Command, DryRunWritesNothing) {
  make_model_and_measurement();
  const Result result = run(solve_words({"--dry-run"}));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("would write " + path("run")), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "run"));
  EXPECT_EQ(
      run({"measure", path("face.png"), "--size=16", "-q", "--dry-run", "-o", path("z")}).code, 0);
  EXPECT_FALSE(fs::exists(folder_ / "z"));
}

TEST_F(Command, DryRunOfAMeasurementSaysAllAboutIt) {
  const Words words{"measure", path("face.png"), "--size=16", "-q", "-o", path("y.safetensors")};
  const auto with = [&](const Words& more) {
    Words all = words;
    all.insert(all.end(), more.begin(), more.end());
    return run(all).out;
  };
  const Json planned = Json::parse(with({"--dry-run", "--json"}));
  EXPECT_FALSE(fs::exists(folder_ / "y.safetensors"));
  const std::string dry = with({"--dry-run"}), sentence = with({});
  EXPECT_TRUE(fs::exists(folder_ / "y.safetensors"));
  EXPECT_EQ(dry, "would write " + sentence);
  EXPECT_EQ(planned["plan"], dry);
  EXPECT_EQ(planned["image_shape"], Json({3, 16, 16}));
}

TEST_F(Command, DryRunsSayWhatWouldBeDoneAndDoNothing) {
  make_model_and_measurement();
  ASSERT_EQ(run(solve_words()).code, 0);
  const fs::path empty = folder_ / "empty";
  const auto output = [&](const char* name) { return (empty / name).string(); };
  const std::string model = path("model");
  const std::vector<std::pair<Words, std::string>> cases{
      {{"sample", "--model", model, "--layer", "1", "-o", path("s.png")},
       "layer 1 from its score by predictor_corrector"},
      {{"invert", "--model", model, "--portraits", "40", "--evaluations", "1", "--shares", "1",
        "-o", output("latents")},
       "40 training portraits in 2 chunks, 0 of them done, about "},
      {{"demo", "--model", model, "-o", output("demo")}, "method: ilo"},
      {{"compare", path("run"), "--reference", path("face.png"), "-o", path("m.csv")},
       "run " + path("run") + "\n1 reference image(s)"},
      {{"train", "generator", "--state", output("state"), "-o", output("model")},
       "generator of 64 pixels, from step 0"},
      {{"train", "classifier", "--state", output("state"), "-o", output("model")},
       "classifier of portraits, from step 0"},
      {{"optest", "--operator", "inpaint:keep=0.5", "--size", "8"}, "would prove inpaint"}};
  for (const auto& [words, text] : cases) {
    Words all = words;
    all.emplace_back("--dry-run");
    const Result result = run(all);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_NE(result.out.find(text), std::string::npos) << result.out;
    EXPECT_FALSE(fs::exists(empty)) << words[0];
  }
  expect_failure({"sample", "--model", model, "--layer", "2", "--dry-run"}, 2,
                 "layer must be 0 or one with a score network (1), but is 2");
  expect_failure(
      {"train", "score", "--model", model, "--latents", path("none"), "--dry-run"}, 3,
      path("none") + ": holds no latents of 'sgilo invert' (chunk_000000.safetensors is missing)");
  fs::create_directory(folder_ / "ys");
  fs::copy(path("y.safetensors"), path("ys/one.safetensors"));
  const Result estimate = run(solve_words({"--measurement", path("ys"), "--dry-run", "--json"}));
  EXPECT_EQ(estimate.code, 0) << estimate.err;
  EXPECT_GT(Json::parse(estimate.out)["seconds"], 0);
}

TEST_F(Command, InterruptedSamplesAreNotWritten) {
  write_tiny_model(folder_ / "model");
  request_stop();
  const Result result =
      run({"sample", "--model", path("model"), "--layer", "1", "-o", path("s.png"), "-q"});
  EXPECT_EQ(result.code, 130);
  EXPECT_EQ(result.out, "interrupted, nothing is written\n");
  EXPECT_FALSE(fs::exists(folder_ / "s.png"));
  EXPECT_EQ(run({"data", "portraits", "--count", "3", "-o", path("images"), "-q"}).code, 130);
}

TEST_F(Command, PortraitsOfSeveralRangesShareATable) {
  const auto render = [&](const char* start) {
    return run({"data", "portraits", "--size", "32", "--start", start, "--count", "2", "-o",
                path("images"), "-q"})
        .code;
  };
  ASSERT_EQ(render("0"), 0);
  ASSERT_EQ(render("1"), 0);
  std::istringstream table(folder_.get("images/attributes.csv"));
  std::vector<std::string> files;
  for (std::string line; std::getline(table, line);)
    files.push_back(line.substr(0, line.find(',')));
  EXPECT_EQ(files, (std::vector<std::string>{"file", "test_0.png", "test_1.png", "test_2.png"}));
  folder_.put("images/attributes.csv", "file,other\nmine.png,1\n");
  EXPECT_EQ(render("0"), 3);
  EXPECT_EQ(folder_.get("images/attributes.csv"), "file,other\nmine.png,1\n");
}

TEST_F(Command, InputsAreNotOverwritten) {
  const std::string face = path("face.png"), before = folder_.get("face.png");
  expect_failure({"measure", face, "--size", "16", "-q", "-o", face}, 2,
                 "output must not be an input, but both are " + face);
  EXPECT_EQ(folder_.get("face.png"), before);
}

TEST_F(Command, ObservedDataWithoutNoiseHaveTheirSigmaEstimated) {
  const Result result = run({"measure", "--observed", path("face.png"), "--operator", "identity",
                             "--size", "16", "-o", path("y.safetensors"), "--json", "-q"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(Json::parse(result.out)["noise_estimated"], true);
  expect_failure({"measure", "--observed", path("face.png"), "--operator", "identity", "--noise",
                  "gaussian:sigma=0.01", "--estimate-noise"},
                 2,
                 "noise must not be stated beside estimate_noise, which finds sigma in the data");
}

TEST_F(Command, UnknownVerbIsNamedWithTheNearest) {
  const Result result = run({"solv"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err.substr(0, 61),
            "sgilo: unknown verb 'solv', did you mean 'solve'? known verbs");
}

TEST_F(Command, VerbsOfTwoWordsSayWhichSecondWordsThereAre) {
  expect_failure({"train"}, 2, "sgilo train needs a second word: generator, classifier or score");
  expect_failure({"train", "scores"}, 2,
                 "sgilo train needs a second word: generator, classifier or score, but 'scores' "
                 "follows");
  expect_failure({"data"}, 2, "sgilo data needs a second word: portraits");
  const Result help = run({"train", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("\n  train score "), std::string::npos) << help.out;
  EXPECT_EQ(help.out.find("\n  solve "), std::string::npos) << help.out;
  EXPECT_EQ(run({"help", "train"}).out, help.out);
  EXPECT_EQ(run({"data", "-h"}).code, 0);
}

TEST_F(Command, FailedWritesToStdoutAreOurFailure) {
  for (const Words& words : {Words{"info"}, Words{"--help"}, Words{"options", "-o", "-"}}) {
    std::ofstream full("/dev/full");
    std::ostringstream err;
    EXPECT_EQ(run_command(words, full, err), 1) << words[0];
    EXPECT_EQ(err.str(), "sgilo: stdout: cannot be written\n");
  }
}

TEST_F(Command, DashAsOutputSendsTheFileToStdoutAndTheSentenceToStderr) {
  std::cout.flush();
  const int saved = ::dup(STDOUT_FILENO);
  const int file = ::open(path("stdout").c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(file, STDOUT_FILENO);
  ::close(file);
  const Result result = run(measure_words({"-o", "-"}));
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("-: 1 image(s)")) << result.err;
  EXPECT_FALSE(fs::exists("-"));
  ASSERT_EQ(run(measure_words()).code, 0);
  EXPECT_EQ(folder_.get("stdout"), folder_.get("y.safetensors"));
}

TEST_F(Command, FlagsThatChangeAKindKeepTheConfigurationsOptions) {
  const auto parts = [&](const std::string& name, const std::string& solver) {
    folder_.put(name, R"({"solver": )" + solver + "}");
    return path(name);
  };
  make_model_and_measurement();
  const Words words{"solve",    path("y.safetensors"), "--model", path("model"), "-o", path("run"),
                    "--solver", "csgm:evaluations=3",  "-q",      "--config"};
  const auto with = [&](const std::string& config) {
    Words all = words;
    all.push_back(config);
    return all;
  };
  ASSERT_EQ(run(with(parts("a.json", R"({"chains": 2})"))).code, 0);
  const Json solver = read_json_file(folder_ / "run/config.json")["solver"];
  EXPECT_EQ(solver["kind"], "csgm");
  EXPECT_EQ(solver["chains"], 2);
  EXPECT_EQ(solver["evaluations"], 3);
  expect_failure(with(parts("b.json", R"({"kind": "ilo", "radii": [0.5]})")), 2,
                 "solver.radii: unknown option 'radii'; known options: chains, evaluations, "
                 "learning_rate");
}

TEST_F(Command, UnknownOperatorSolverAndKeyAreNamedWithTheNearest) {
  expect_failure(
      measure_words({"--operator", "inpiant:keep=0.1"}), 2,
      "unknown operator 'inpiant', did you mean 'inpaint'? known operators: identity, "
      "inpaint, box, mask, downsample, resize, grayscale, circulant, gaussian-projection, chain");
  expect_failure(measure_words({"--operator", "inpaint:kep=0.1"}), 2,
                 "operator.kep: unknown option 'kep', did you mean 'keep'? known options: keep");
  expect_failure(measure_words({"--noise", "gauss:sigma=0.1"}), 2,
                 "unknown noise 'gauss'; known noises: gaussian");
  expect_failure({"solve", path("y"), "--solver", "sglio"}, 2,
                 "unknown solver 'sglio', did you mean 'sgilo'? known solvers: csgm, ilo, sgilo, "
                 "released_sgilo");
  folder_.put("c.json", R"({"sizes": 16})");
  EXPECT_EQ(run(measure_words({"--config", path("c.json")})).err.substr(0, 61),
            "sgilo: sizes: unknown option 'sizes', did you mean 'size'? kn");
}

TEST_F(Command, ValuesOutOfRangeAreRefused) {
  const auto refused = [&](const Words& more, const std::string& sentence) {
    expect_failure(measure_words(more), 2, sentence);
    EXPECT_FALSE(fs::exists(folder_ / "y.safetensors"));
  };
  refused({"--operator", "inpaint:keep=0"}, "operator.keep must be in (0, 1], but is 0.0");
  refused({"--operator", "inpaint:keep=-0.5"}, "operator.keep must be in (0, 1], but is -0.5");
  refused({"--operator", "inpaint:keep=2"}, "operator.keep must be in (0, 1], but is 2.0");
  refused({"--operator", "inpaint:keep=nan"}, "operator.keep must be a number, but is \"nan\"");
  refused({"--operator.keep=nan"}, "operator.keep must be a number, but is \"nan\"");
  refused({"--noise", "gaussian:sigma=0"}, "noise.sigma must be in [1e-06, 1000], but is 0.0");
  refused({"--noise.sigma", "-0.1"}, "noise.sigma must be in [1e-06, 1000], but is -0.1");
  refused({"--seed", "one"}, "seed must be a whole number, but is \"one\"");
  refused({"--device", "gpu"}, "device must be one of cpu on this machine, but is 'gpu'");
  refused({"--threads", "-1"}, "threads must be at least 0, but is -1");
}

TEST_F(Command, BadImagesAreRefusedAndNothingIsWritten) {
  const auto refused = [&](const std::string& name) {
    const Result result = run({"measure", path(name), "-o", path("y.safetensors"), "-q"});
    EXPECT_EQ(result.code, 3) << name;
    EXPECT_EQ(result.err.substr(0, 8 + path(name).size()), "sgilo: " + path(name) + ":");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
    EXPECT_FALSE(fs::exists(folder_ / "y.safetensors"));
  };
  refused("missing.png");
  folder_.put("text.png", "this is a text");
  refused("text.png");
  const std::string whole = folder_.get("face.png");
  folder_.put("half.png", whole.substr(0, whole.size() / 2));
  refused("half.png");
  folder_.put("empty.png", "");
  refused("empty.png");
}

TEST_F(Command, DamagedImagesAreSaidInOneSentenceAlone) {
  std::string png = folder_.get("face.png");
  const std::size_t pixels = png.find("IDAT");
  ASSERT_NE(pixels, std::string::npos);
  png[pixels + 20] = static_cast<char>(png[pixels + 20] ^ 0x55);
  folder_.put("changed.png", png);
  testing::internal::CaptureStderr();  // libpng has words of its own
  expect_failure({"measure", path("changed.png"), "-o", path("y.safetensors"), "-q"}, 3,
                 path("changed.png") + ": is damaged: its picture cannot be decoded");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Command, MaskOfAnotherSizeIsRefused) {
  write_png(folder_ / "m.png", torch::ones({1, 8, 8}));
  expect_failure(measure_words({"--operator", "mask:file=" + path("m.png")}), 3,
                 path("m.png") + ": must be a mask of 16 x 16 pixels, but has 8 x 8");
}

TEST_F(Command, BadModelFoldersAreRefused) {
  make_model_and_measurement();
  const auto refused = [&](const std::string& sentence) {
    expect_failure(solve_words(), 3, sentence);
    EXPECT_FALSE(fs::exists(folder_ / "run"));
  };
  const std::string generator = folder_.get("model/generator.safetensors");
  folder_.put("model/generator.safetensors", generator.substr(0, generator.size() / 2));
  EXPECT_EQ(run(solve_words()).code, 3);
  write_safetensors(folder_ / "model/generator.safetensors", {{"w", torch::zeros({1})}});
  EXPECT_EQ(run(solve_words()).code, 3);
  fs::remove(folder_ / "model/generator.safetensors");
  const Result missing = run(solve_words());
  EXPECT_EQ(missing.code, 3);
  EXPECT_TRUE(missing.err.ends_with(path("model/generator.safetensors") + ": is missing\n"));
  folder_.put("model/model.json", "{");
  refused(path("model/model.json") + ": is not JSON at line 1, column 2");
  fs::remove_all(folder_ / "model");
  refused(path("model") + ": there is no such model folder");
}

TEST_F(Command, MeasurementsThatAreNoneAreRefused) {
  make_model_and_measurement();
  folder_.put("y.safetensors", "text");
  EXPECT_EQ(run(solve_words()).code, 3);
  fs::remove(folder_ / "y.safetensors");
  EXPECT_EQ(run(solve_words()).code, 3);
  expect_failure({"solve"}, 2, "measurement must name a file of 'sgilo measure', but is empty");
}

TEST_F(Command, MeasurementOfAnotherSizeIsRefused) {
  make_model_and_measurement();
  ASSERT_EQ(run(measure_words({"--size", "32"})).code, 0);
  expect_failure(solve_words(), 2,
                 "the measurement is of images [3, 32, 32], but model model makes [3, 16, 16]; "
                 "measure with --size 16");
}

TEST_F(Command, AFileInThePlaceOfTheRunFolderStays) {
  make_model_and_measurement();
  folder_.put("run", "a file in the way");
  const Result result = run(solve_words());
  EXPECT_EQ(result.code, 2);
  EXPECT_TRUE(result.err.starts_with("sgilo: " + path("run") + ": the folder cannot be made: "))
      << result.err;
  EXPECT_EQ(folder_.get("run"), "a file in the way");
}

TEST_F(Command, OutputsThatCannotBeWrittenAreRefusedBeforeTheWork) {
  fs::create_directory(folder_ / "measured");
  const auto refused = [&](const std::string& output, const std::string& sentence) {
    expect_failure({"measure", path("none.png"), "--size", "16", "-o", output}, 2,
                   output + sentence);
  };
  refused(path("measured"), ": cannot be written: it is a folder");
  refused(path("none/y.safetensors"), ": cannot be written, there is no folder " + path("none"));
  refused(path("face.png/y.safetensors"),
          ": cannot be written: a part of the path is not a folder");
  refused(path(std::string(256, 'y')),
          ": cannot be written: the path, or a name in it, is longer than the system allows");
}

TEST_F(Command, OutputsThatCannotBeWrittenHaveOneCodeInEveryVerb) {
  make_model_and_measurement();
  ASSERT_EQ(run(solve_words()).code, 0);
  fs::create_directory(folder_ / "run/metrics.csv");
  const std::string y = path("y.safetensors"), model = path("model"), face = path("face.png"),
                    below = path("face.png/below");
  for (const Words& words : std::vector<Words>{
           {"measure", face, "-o", below},
           {"solve", y, "--model", model, "-o", below},
           {"compare", path("run"), "--reference", face, "-o", below},
           {"compare", path("run"), "--reference", face},
           {"sample", "--model", model, "-o", below},
           {"sample", "--model", model, "-o", path("s.png"), "--latents", below},
           {"invert", "--model", model, "-o", below},
           {"train", "generator", "-o", below},
           {"train", "generator", "-o", path("new"), "--state", below},
           {"train", "classifier", "-o", below},
           {"data", "portraits", "-o", below},
           {"generate", "--generator", y, "--z", y, "-o", below + ".npy"},
           {"score", "--network", y, "--input", y, "--t", "0.5", "-o", below + ".npy"},
           {"convert", path("model/generator.safetensors"), "-o", below},
           {"convert", path("model/generator.safetensors"), "-o", below + ".npz"},
           {"bench", "step", "-o", below},
           {"theory", "all", "-o", below},
           {"demo", "-o", below},
           {"options", "-o", below}}) {
    const Result result = run(words);
    EXPECT_EQ(result.code, 2) << join(words, " ") << ": " << result.err;
    EXPECT_TRUE(result.err.find("cannot be") != std::string::npos) << result.err;
  }
}

TEST_F(Command, OutputsThatAreNamedLikeSomethingElseAreRefused) {
  make_model_and_measurement();
  const std::string face = path("face.png"), wrong = path("out.zip");
  for (const auto& [words, endings] : std::vector<std::pair<Words, std::string>>{
           {{"measure", face, "-o", wrong}, ".safetensors"},
           {{"sample", "--model", path("model"), "-o", wrong}, ".png"},
           {{"bench", "step", "-o", wrong}, ".json or .txt"},
           {{"options", "-o", wrong}, ".md or .txt"}})
    expect_failure(words, 2, concat("output must end in ", endings, ", but is ", wrong));
  expect_failure({"sample", "--model", path("model"), "-o", path("s.png"), "--latents", wrong}, 2,
                 "latents must end in .safetensors, but is " + wrong);
  expect_failure({"demo", "-o", path("demo.png")}, 2,
                 concat("output must name a folder, but ", path("demo.png"),
                        " ends as a file does; ", path("demo.png"), "/ is a folder all the same"));
}

TEST_F(Command, PathsThatLeadNowhereAreNoFaultOfTheProgram) {
  fs::create_symlink("loop", folder_ / "loop");
  folder_.put("empty", "");
  fs::create_directory(folder_ / "folder");
  ASSERT_EQ(run(measure_words()).code, 0);
  const std::string output = path("out"), array = path("out.npy");
  for (const std::string& bad :
       {path("loop"), path("loop/below"), path("face.png/below"), path(std::string(300, 'n')),
        path(std::string(5000, 'n')), path("none"), path("empty"), path("folder")})
    for (const Words& words : std::vector<Words>{
             {"measure", bad, "-o", output},
             {"measure", path("face.png"), "--operator", "mask:file=" + bad, "-o", output},
             {"solve", bad, "--model", path("none"), "-o", output},
             {"solve", path("y.safetensors"), "--model", bad, "-o", output},
             {"solve", "--resume", bad},
             {"solve", "--config", bad, "-o", output},
             {"compare", bad, "--reference", path("face.png"), "-o", output},
             {"info", bad},
             {"convert", bad, "-o", output},
             {"generate", "--generator", bad, "--z", bad, "-o", array},
             {"score", "--network", bad, "--input", bad, "--t", "0.5", "-o", array},
             {"sample", "--model", bad, "-o", output},
             {"invert", "--model", bad, "-o", output},
             {"demo", "--model", bad, "-o", output}}) {
      const Result result = run(words);
      const std::string said = words[0] + " " + bad.substr(0, 60) + ": " + result.err;
      EXPECT_TRUE(result.code >= 1 && result.code <= 3) << said;
      EXPECT_EQ(result.err.find("fault of the program"), std::string::npos) << said;
    }
}

TEST_F(Command, TextOfFilesNeverReachesTheTerminalRaw) {
  const std::string hostile = "\x1b]0;title\x07\xe2\x80\xae";
  folder_.put(hostile + ".png", "no image");
  folder_.put("options.json", "{\"\\u001b[2J\\u202e\": 1}");
  const std::string header =
      R"({"\u001b]0;title\u0007\u202e":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  const std::uint64_t length = header.size();
  folder_.put("names.safetensors", std::string(reinterpret_cast<const char*>(&length), 8) + header +
                                       std::string(4, '\0'));
  for (const Words& words : std::vector<Words>{
           {"measure", path(hostile + ".png"), "-o", path("y")},
           {hostile},
           {"measure", "--" + hostile},
           {"measure", "--operator", hostile},
           {"measure", "--config", path("options.json"), path("face.png")},
           {"info", path("names.safetensors")},
           {"info", path("names.safetensors"), "--json"},
           {"convert", path("names.safetensors"), "--part", hostile, "-o", path("c.npz")}}) {
    const Result result = run(words);
    for (const std::string& text : {result.out, result.err})
      for (const char* raw : {"\x1b", "\x07", "\xe2\x80\xae"})
        EXPECT_EQ(text.find(raw), std::string::npos) << words[0];
  }
}

TEST_F(Command, ForceOfATrainingIsItsOwnOption) {
  const ParsedLine line =
      parse_line(job_of("train score"), {"--force", "--latents", path("latents"), "--layer", "1"});
  EXPECT_EQ(line.mode, RunMode::fresh);
  EXPECT_EQ(line.given.value("force", false), true);
}

TEST_F(Command, TwoRunsIntoOneFolderAreRefused) {
  make_model_and_measurement();
  fs::create_directory(folder_ / "run");
  const FolderLock other(folder_ / "run");
  expect_failure(solve_words(), 2,
                 concat(path("run"), " is in use by process ", ::getpid(),
                        "; wait until it ends, or name another folder"));
}

TEST_F(Command, CompareWantsAFinishedRunAndItsOwnReference) {
  make_model_and_measurement();
  expect_failure({"compare", path("none"), "--reference", path("face.png")}, 3,
                 path("none") + ": there is no such run folder");
  ASSERT_EQ(run(solve_words()).code, 0);
  write_png(folder_ / "other.png", smooth_pictures(1, 20)[0]);
  const Result result = run({"compare", path("run"), "--reference", path("other.png")});
  EXPECT_EQ(result.code, 3);
  EXPECT_TRUE(result.err.ends_with(
      "sgilo: " + path("other.png") +
      ": must be the image that was measured, of 16 x 16 pixels, but has 20 x 20\n"))
      << result.err;
  expect_failure(
      {"compare", path("run"), "--reference", path("face.png"), "--reference", path("face.png")}, 2,
      "reference must name 1 images in the order of the measurement for " + path("run") +
          ", but names 2");
}

TEST_F(Command, ProvesOperators) {
  const Result result = run({"optest", "--operator", "inpaint:keep=0.3|grayscale", "--size", "12"});
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("adjoint"), std::string::npos);
  EXPECT_EQ(result.out.find("FAILED"), std::string::npos);
}

TEST_F(Command, HelpShowsOptionsAndAnExample) {
  const Result all = run({"--help"});
  EXPECT_EQ(all.code, 0);
  EXPECT_NE(all.out.find("\n  solve "), std::string::npos);
  const Result solve = run({"solve", "--help"});
  EXPECT_EQ(solve.code, 0);
  EXPECT_NE(solve.out.find("--solver.integrator.inner-steps"), std::string::npos);
  EXPECT_NE(solve.out.find("Example:\n  sgilo solve y.safetensors"), std::string::npos);
  EXPECT_EQ(run({"help", "solve"}).out, solve.out);
  EXPECT_NE(solve.out.find("win over it"), std::string::npos);
  EXPECT_EQ(run({"version"}).out.substr(0, 6), "sgilo ");
}

TEST_F(Command, HelpIsAsWideAsTheTerminalWithinReason) {
  const auto longest_line = [](const Words& words, int columns) {
    std::ostringstream out, err;
    EXPECT_EQ(run_command(words, out, err, false, columns), 0);
    std::istringstream lines(out.str().substr(0, out.str().find("\nExample:")));
    std::size_t longest = 0;
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    return longest;
  };
  for (const Words& words : {Words{"--help"}, Words{"solve", "--help"}, Words{"measure", "--help"},
                             Words{"train", "generator", "--help"}, Words{"train", "--help"}}) {
    EXPECT_LE(longest_line(words, 1000), 100u) << words[0];
    EXPECT_LE(longest_line(words, 80), 80u) << words[0];
    EXPECT_LE(longest_line(words, 10), 60u) << words[0];
  }
  EXPECT_GT(longest_line({"solve", "--help"}, 1000), 90u);
}

TEST_F(Command, ManualListsTheOptionsOfEveryVerb) {
  const Result result = run({"options"});
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.out.find("| `solver.integrator.first_std` (annealed) | `0.9` |"),
            std::string::npos);
  EXPECT_NE(result.out.find("## sgilo measure"), std::string::npos);
}

TEST_F(Command, InfoIsJsonWhenAsked) {
  const Json json = Json::parse(run({"info", "--json"}).out);
  EXPECT_TRUE(json.contains("libtorch"));
}

TEST_F(Command, TheoryIsPlannedCheckedAndTold) {
  const Result plan = run({"theory", "hitting", "--full", "--dry-run"});
  EXPECT_EQ(plan.code, 0);
  EXPECT_EQ(plan.out,
            "would check D1 D2 D3 D4 D5 in up to ten minutes and write report.html, checks.csv and "
            "the figures into theory\n");
  expect_failure({"theory", "--depth", "1", "--dry-run"}, 2,
                 "the landscape's depth must be at least 2, but is 1: with one layer the saddle "
                 "behind x* has radius 0 and falls into the cone at 0");
  const std::string folder = (folder_ / "theory").string();
  const Result result = run({"theory", "hitting", "--chains", "64", "--json", "-q", "-o", folder});
  EXPECT_EQ(result.code, 0) << result.err;
  const Json checks = Json::parse(result.out).at("checks");
  EXPECT_EQ(checks.front().at("id"), "D1");
  EXPECT_TRUE(fs::exists(fs::path(folder) / "report.html"));
}

TEST_F(Command, TheorySuggestsSettings) {
  const Result result =
      run({"theory", "suggest", "--dimension", "20", "--noise-std", "0.02", "--json"});
  EXPECT_EQ(result.code, 0) << result.err;
  const Json settings = Json::parse(result.out);
  EXPECT_EQ(settings.at("concentration"), 125);
  EXPECT_NEAR(settings.at("spread").get<double>(), 1 / std::sqrt(125.0), 1e-12);
  EXPECT_GT(settings.at("bias").get<double>(), 0);
  EXPECT_GT(settings.at("hitting_time").get<double>(), 0);
  expect_failure({"theory", "suggest", "--noise-std", "1", "--inverse-temperature", "1"}, 2,
                 "noise_std and inverse_temperature say the same: only one of them may be given");
}

}  // namespace
}  // namespace sgilo
