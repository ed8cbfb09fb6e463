#include "sgilo/cli/failure.h"

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/core/options_json.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

constexpr const char* kNoMemory = "the memory does not suffice";

// Libraries say in words of their own that they got no memory. Of other texts the first line is the
// sentence.
std::string sentence_of(const std::string& text) {
  for (const char* words : {"can't allocate memory", "not enough memory", "out of memory"})
    if (text.find(words) != std::string::npos) return kNoMemory;
  return concat("this is a fault of the program: ", text.substr(0, text.find('\n')));
}

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const ConfigError& error) {
    return {2, error.what()};
  } catch (const FormatError& error) {
    return {3, error.what()};
  } catch (const NumericError& error) {
    return {4, error.what()};
  } catch (const Error& error) {
    return {1, error.what()};
  } catch (const std::bad_alloc&) {
    return {1, kNoMemory};
  } catch (const std::length_error&) {  // of an option's size, or of a miscounted one
    return {1, "more memory is asked for than there can be"};
  } catch (const std::filesystem::filesystem_error& error) {
    return {3, concat(error.path1().string(),
                      ": cannot be used: ", file_problem(error.code().value()))};
  } catch (const std::system_error& error) {
    return {1, concat("the system refuses: ", file_problem(error.code().value()))};
  } catch (const Json::exception& error) {
    constexpr int kNotUtf8 = 316;
    if (error.id == kNotUtf8)
      return {2, "a path that the results are to name is not text in UTF-8; use another folder"};
    return {1, sentence_of(error.what())};
  } catch (const std::exception& error) {
    return {1, sentence_of(error.what())};
  }
}

}  // namespace sgilo
