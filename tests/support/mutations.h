// Everything that can be wrong with a file which is damaged or was made by somebody else, tried one after
// the other.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>

#include "sgilo/core/error.h"
#include "sgilo/core/options_json.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/input_file.h"

namespace sgilo {

// The call may succeed or say what is wrong; any other exception is a fault of the program.
template <class Call>
void expect_error_or_success(const Call& call, const std::string& what) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()), "") << what;
  } catch (const std::exception& error) {
    ADD_FAILURE() << what << ": " << error.what();
  }
}

// Each value of `json`, and the whole, replaced by each of a list of wrong ones, taken away, and given
// twice.
inline void for_each_wrong_value(const Json& json,
                                 const std::function<void(const Json&, const std::string&)>& with) {
  const Json wrong = Json::array({Json(),
                                  true,
                                  -1,
                                  1e308,
                                  std::int64_t{1} << 62,
                                  "../x",
                                  Json::array(),
                                  {{"kind", 3}},
                                  Json::array({Json::array({1, "a"})})});
  const std::function<void(const Json::json_pointer&)> visit = [&](const auto& place) {
    const std::string name = place.to_string();
    for (const Json& value : wrong) {
      Json changed = json;
      changed[place] = value;
      with(changed, concat(name, " = ", value.dump()));
    }
    const Json at = json[place];
    if (at.is_object())
      for (const auto& item : at.items()) {
        Json changed = json;
        changed[place].erase(item.key());
        with(changed, concat(name, " without ", item.key()));
        visit(place / item.key());
      }
    if (at.is_array())
      for (std::size_t i = 0; i < std::min<std::size_t>(at.size(), 2); ++i) visit(place / i);
  };
  visit(Json::json_pointer());
}

// A file emptied, cut off, with a changed byte, missing, and in its place a folder, a link and a pipe;
// `whole_again` puts all back before each.
inline void for_each_wrong_file(const std::filesystem::path& file,
                                const std::function<void()>& whole_again,
                                const std::function<void(const std::string&)>& then) {
  namespace fs = std::filesystem;
  whole_again();
  const std::string whole = read_file(file);
  const auto with = [&](const std::string& bytes, const std::string& what) {
    whole_again();
    write_file_atomically(file, bytes);
    then(concat(file.filename().string(), " ", what));
  };
  for (const double part : {0.0, 0.01, 0.5, 0.99})
    with(whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size()))),
         concat("cut off at ", part));
  for (int i = 0; i < 40; ++i) {
    std::string changed = whole;
    char& byte = changed[changed.size() * static_cast<std::size_t>(i) / 40];
    byte = static_cast<char>(byte ^ (1 << i % 8));
    with(changed, concat("with byte ", &byte - changed.data(), " changed"));
  }
  with("\xff\xfe not text", "of other bytes");
  const auto in_its_place = [&](const std::string& what, const std::function<void()>& make) {
    whole_again();
    fs::remove(file);
    make();
    then(concat(file.filename().string(), " ", what));
  };
  in_its_place("missing", [] {});
  in_its_place("a folder", [&] { fs::create_directory(file); });
  in_its_place("a link to a device", [&] { fs::create_symlink("/dev/zero", file); });
  in_its_place("a pipe", [&] { ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0); });
}

}  // namespace sgilo
