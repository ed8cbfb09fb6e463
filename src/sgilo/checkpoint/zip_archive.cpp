#include "sgilo/checkpoint/zip_archive.h"

#include <unistd.h>

#ifdef SGILO_WITH_LIBZIP
#include <zip.h>
#endif

#include <algorithm>
#include <cstring>
#include <map>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {

#ifdef SGILO_WITH_LIBZIP
namespace {

constexpr std::uint64_t kLargestRatio = 1032;  // of deflate
constexpr std::uint64_t kHeader = 1 << 16;     // reads up to here may skip the checksum
constexpr std::uint64_t kCheap = 1 << 20;      // records up to here are always checked
constexpr std::uint64_t kChunk = 1 << 18;      // bytes read at once to pass over them
constexpr std::int64_t kMostRecords = 1'000'000;
constexpr std::uint64_t kHeaders = 30 + 46;    // bytes of a record's header and directory entry
constexpr std::uint64_t kEndOfDirectory = 22;  // bytes

// Lets libzip read a ByteSource.
struct SourceReader {
  Bytes bytes;
  std::int64_t position = 0;
  std::string problem;  // what the source threw
};

zip_int64_t serve(void* user, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  auto& reader = *static_cast<SourceReader*>(user);
  const auto size = static_cast<std::int64_t>(reader.bytes->size());
  switch (command) {
    case ZIP_SOURCE_OPEN:
      reader.position = 0;
      return 0;
    case ZIP_SOURCE_READ: {
      const std::uint64_t count =
          std::min(length, static_cast<zip_uint64_t>(size - reader.position));
      try {
        reader.bytes->read_at(static_cast<std::uint64_t>(reader.position), data, count);
      } catch (const Error& error) {
        reader.problem = error.what();
        return -1;
      }
      reader.position += static_cast<std::int64_t>(count);
      return static_cast<zip_int64_t>(count);
    }
    case ZIP_SOURCE_SEEK: {
      zip_error_t error;
      zip_error_init(&error);
      const zip_int64_t to =
          zip_source_seek_compute_offset(static_cast<zip_uint64_t>(reader.position),
                                         static_cast<zip_uint64_t>(size), data, length, &error);
      zip_error_fini(&error);
      if (to < 0) return -1;
      reader.position = to;
      return 0;
    }
    case ZIP_SOURCE_TELL:
      return reader.position;
    case ZIP_SOURCE_STAT: {
      auto* status = static_cast<zip_stat_t*>(data);
      zip_stat_init(status);
      status->size = static_cast<zip_uint64_t>(size);
      status->valid = ZIP_STAT_SIZE;
      return sizeof(zip_stat_t);
    }
    case ZIP_SOURCE_ERROR: {
      auto* codes = static_cast<int*>(data);
      codes[0] = ZIP_ER_READ;
      codes[1] = 0;
      return 2 * sizeof(int);
    }
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(
          ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
          ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
    default:
      return -1;
  }
}

}  // namespace

struct ZipArchive::Contents {
  struct Record {
    zip_uint64_t index = 0;
    std::uint64_t size = 0;
  };

  Contents(Bytes bytes, std::string file) : source{std::move(bytes), 0, {}}, name(std::move(file)) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* reader = zip_source_function_create(serve, &source, &error);
    if (reader) archive = zip_open_from_source(reader, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    if (!archive) {
      const std::string problem =
          source.problem.empty() ? zip_error_strerror(&error) : source.problem;
      const bool twice = zip_error_code_zip(&error) == ZIP_ER_EXISTS;
      zip_error_fini(&error);
      if (reader) zip_source_free(reader);
      if (twice) fail("has two records of one name");
      fail(concat("is no whole zip archive, it may be truncated (", problem, ")"));
    }
    zip_error_fini(&error);
    try {
      list();
    } catch (...) {
      zip_discard(archive);
      throw;
    }
  }
  ~Contents() { zip_discard(archive); }
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;

  [[noreturn]] void fail(std::string_view text) const { throw format_error(name, text); }

  void list() {
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    if (count > kMostRecords)
      fail(concat("has ", count, " records, but at most ", kMostRecords, " are accepted"));
    std::uint64_t taken = kEndOfDirectory;
    bool filled = false, summed = false;  // a record has bytes, has a checksum
    for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
      zip_stat_t status;
      if (zip_stat_index(archive, i, 0, &status) != 0 || !(status.valid & ZIP_STAT_NAME))
        fail(concat("has a record ", i, " that cannot be read: ", zip_strerror(archive)));
      const std::string record = status.name;
      if (status.encryption_method != ZIP_EM_NONE)
        fail(concat("record '", record, "' is encrypted"));
      if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE)
        fail(concat("record '", record, "' is compressed by method ", status.comp_method,
                    "; known: stored and deflate"));
      const bool stored = status.comp_method == ZIP_CM_STORE;
      if (status.comp_size > source.bytes->size() ||
          (stored ? status.size != status.comp_size
                  : status.size / kLargestRatio > status.comp_size))
        fail(concat("record '", record, "' cannot have ", status.size, " bytes: ", status.comp_size,
                    " are stored of it in a file of ", source.bytes->size()));
      const char* raw_name = zip_get_name(archive, i, ZIP_FL_ENC_RAW);
      taken += status.comp_size + kHeaders + 2 * (raw_name ? std::strlen(raw_name) : 0);
      if (taken > source.bytes->size())  // no sum overflows: each is below the file's size
        fail(concat("its records overlap: up to record '", record, "' they would take ", taken,
                    " bytes, but the file has ", source.bytes->size()));
      filled = filled || status.size > 0;
      summed = summed || !stored || (status.valid & ZIP_STAT_CRC && status.crc != 0);
      if (!records.emplace(record, Record{i, status.size}).second)
        fail(concat("has two records named '", record, "'"));
      names.push_back(record);
    }
    checksums = summed || !filled;
  }

  const Record& find(const std::string& record) const {
    const auto found = records.find(record);
    if (found == records.end()) fail(concat("record '", record, "' is missing"));
    return found->second;
  }

  // Reads `bytes` bytes from `offset` to `data`, and on to the end where that is cheap or most of
  // the record is read anyway: libzip compares the checksum there.
  void read(const std::string& record, std::uint64_t offset, void* data, std::uint64_t bytes) {
    const Record& entry = find(record);
    if (offset > entry.size || bytes > entry.size - offset)
      fail(concat("record '", record, "' has ", entry.size, " bytes, but ", bytes,
                  " are needed at byte ", offset));
    zip_file_t* file = zip_fopen_index(archive, entry.index, 0);
    if (!file) fail(concat("record '", record, "' cannot be read: ", zip_strerror(archive)));
    const auto take = [&](void* out, std::uint64_t count) {
      auto* at = static_cast<char*>(out);
      while (count > 0) {
        const zip_int64_t got = zip_fread(file, at, count);
        if (got <= 0) {
          std::string problem = got < 0 ? zip_file_strerror(file) : "it ends too early";
          if (!source.problem.empty()) problem = source.problem;
          zip_fclose(file);
          fail(concat("record '", record, "' is damaged: ", problem));
        }
        at += got;
        count -= static_cast<std::uint64_t>(got);
      }
    };
    std::string chunk;
    const auto pass = [&](std::uint64_t count) {
      chunk.resize(std::min(count, kChunk));
      for (; count > 0; count -= std::min(count, kChunk))
        take(chunk.data(), std::min(count, kChunk));
    };
    pass(offset);
    take(data, bytes);
    if (checksums && (bytes > kHeader || entry.size <= kCheap)) {
      pass(entry.size - offset - bytes);
      char beyond = 0;
      const zip_int64_t got = zip_fread(file, &beyond, 1);  // the end, where the checksum is known
      if (got != 0) {
        const std::string problem = got < 0 ? zip_file_strerror(file) : "it is longer than it says";
        zip_fclose(file);
        fail(concat("record '", record, "' is damaged: ", problem));
      }
    }
    zip_fclose(file);
  }

  SourceReader source;
  std::string name;
  zip_t* archive = nullptr;
  std::vector<std::string> names;
  std::map<std::string, Record> records;
  bool checksums = true;
};

namespace {

class RecordBytes : public ByteSource {
 public:
  RecordBytes(std::shared_ptr<ZipArchive::Contents> contents, std::string record)
      : contents_(std::move(contents)),
        record_(std::move(record)),
        size_(contents_->find(record_).size) {}
  std::uint64_t size() const override { return size_; }
  void read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const override {
    contents_->read(record_, offset, data, bytes);
  }

 private:
  std::shared_ptr<ZipArchive::Contents> contents_;
  std::string record_;
  std::uint64_t size_;
};

class AllRecords : public ByteSource {
 public:
  explicit AllRecords(std::shared_ptr<ZipArchive::Contents> contents)
      : contents_(std::move(contents)) {}
  std::uint64_t size() const override {
    std::uint64_t sum = 0;
    for (const auto& [name, record] : contents_->records) sum += record.size;
    return sum;
  }
  void read_at(std::uint64_t, void*, std::uint64_t) const override {
    contents_->fail("its records have no order");
  }
  void verify() const override {
    std::string chunk;
    for (const auto& [name, record] : contents_->records) {
      chunk.resize(std::min(record.size, kHeader + 1));
      contents_->read(name, 0, chunk.data(), chunk.size());  // long enough to be checked to its end
    }
  }

 private:
  std::shared_ptr<ZipArchive::Contents> contents_;
};

}  // namespace

ZipArchive::ZipArchive(Bytes file, const std::string& name)
    : contents_(std::make_shared<Contents>(std::move(file), name)) {}

const std::vector<std::string>& ZipArchive::names() const { return contents_->names; }

bool ZipArchive::has(const std::string& name) const { return contents_->records.count(name) > 0; }

bool ZipArchive::has_checksums() const { return contents_->checksums; }

Bytes ZipArchive::record(const std::string& name) const {
  return std::make_shared<RecordBytes>(contents_, name);
}

Bytes ZipArchive::all() const { return std::make_shared<AllRecords>(contents_); }

std::string ZipArchive::content(const std::string& name, std::uint64_t limit) const {
  const Bytes bytes = record(name);
  if (bytes->size() > limit)
    contents_->fail(concat("record '", name, "' has ", bytes->size(), " bytes, but at most ", limit,
                           " are accepted"));
  std::string out(bytes->size(), '\0');
  bytes->read_at(0, out.data(), out.size());
  return out;
}

#else  // without libzip

struct ZipArchive::Contents {
  std::vector<std::string> names;
};

ZipArchive::ZipArchive(Bytes, const std::string& name) {
  throw ConfigError(
      concat(name, ": is a zip archive, which this build cannot read (SGILO_ZIP is off)"));
}
const std::vector<std::string>& ZipArchive::names() const { return contents_->names; }
bool ZipArchive::has(const std::string&) const { return false; }
bool ZipArchive::has_checksums() const { return false; }
Bytes ZipArchive::record(const std::string&) const { return nullptr; }
Bytes ZipArchive::all() const { return nullptr; }
std::string ZipArchive::content(const std::string&, std::uint64_t) const { return {}; }

#endif

}  // namespace sgilo
