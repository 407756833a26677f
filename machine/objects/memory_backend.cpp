#include "machine/objects/memory_backend.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "machine/objects/options.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

QObject size_of(const MemoryBackend& backend) { return backend.size(); }
qom::Region region_of(const MemoryBackend& backend) {
    qom::Region region = backend.place();
    region.size = backend.size();
    return region;
}
QObject no_nodes(const MemoryBackend&) { return QList{}; }

constexpr qom::ValueType kPolicy{"HostMemPolicy", &type_ref<objects::HostMemPolicy>}, kContextLink{"link<thread-context>"};
constexpr qom::Property kProperties[] = {
    qom::property("merge", qom::kBool, true).describe("Mark memory as mergeable").settable(),
    qom::property("host-nodes", qom::kInt).describe("Binds memory to the list of NUMA host nodes").shown_by<no_nodes>(),
    qom::property("reserve", qom::kBool, true).describe("Reserve swap space (or huge pages) if applicable"),
    qom::property("prealloc", qom::kBool, false).describe("Preallocate memory"),
    qom::property("prealloc-context", kContextLink).describe("Context to use for creating CPU threads for preallocation"),
    qom::property("policy", kPolicy, "default").describe("Set the NUMA policy"),
    qom::property("x-use-canonical-path-for-ramblock-id", qom::kBool, false),
    qom::property("prealloc-threads", qom::kInt, 1).describe("Number of CPU threads to use for prealloc"),
    qom::property("dump", qom::kBool, true).describe("Set to 'off' to exclude from core dump").settable(),
    qom::property("size", qom::kInt).describe("Size of the memory region (ex: 500M)").shown_by<size_of>(),
    qom::property("share", qom::kBool, false).describe("Mark the memory as private to QEMU or shared"),
};
constexpr qom::Property kFileProperties[] = {
    qom::property("discard-data", qom::kBool, false),
    qom::property("mem-path", qom::kString),
    qom::property("pmem", qom::kBool, false),
    qom::property("align", qom::kInt, 0),
    qom::property("readonly", qom::kBool, false),
};
constexpr qom::Property kMemfdProperties[] = {
    qom::property("hugetlb", qom::kBool, false).describe("Use huge pages"),
    qom::property("hugetlbsize", qom::kInt, 0).describe("Huge pages size (ex: 2M, 1G)"),
    qom::property("seal", qom::kBool, true).describe("Seal growing & shrinking"),
};
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

Fail cannot_allocate(std::string_view name) {
    return fail(fmt::format("cannot set up guest memory '{}': {}", name, std::strerror(errno)));
}

}  // namespace

constinit const qom::Type kMemoryBackendType{
    .name = "memory-backend", .parent = &qom::kObject, .abstract = true, .interfaces = kInterfaces, .properties = kProperties};
constinit const qom::Nodes MemoryBackend::kRegion = qom::region<region_of>("memory");

constinit const qom::Type MemoryBackend::kRam{
    .name = "memory-backend-ram", .parent = &kMemoryBackendType, .create = MemoryBackend::create};
constinit const qom::Type MemoryBackend::kFile{
    .name = "memory-backend-file", .parent = &kMemoryBackendType, .properties = kFileProperties, .create = MemoryBackend::create};
constinit const qom::Type MemoryBackend::kMemfd{
    .name = "memory-backend-memfd", .parent = &kMemoryBackendType, .properties = kMemfdProperties, .create = MemoryBackend::create};

Result<std::unique_ptr<qom::Object>> MemoryBackend::create(qom::Creation& creation) {
    qom::Values& values = creation.values;
    const auto cannot_take = [&](std::string_view property) {
        return fail(fmt::format("property '{}' of {} doesn't take value '0'", property, values.type().name));
    };
    if (values.given("prealloc-threads") && values.integer("prealloc-threads") == 0) return cannot_take("prealloc-threads");
    const auto size = static_cast<std::uint64_t>(values.integer("size"));
    if (size == 0) return cannot_take("size");
    auto backend = std::make_unique<MemoryBackend>(std::move(values), size);
    RHEA_CHECK(backend->map(creation.id));
    return backend;
}

/// `name`: the object has none before it is in the tree.
Result<void> MemoryBackend::map(std::string_view name) {
    const qom::Values& said = values();
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t length = (size_ + page - 1) / page * page;
    if (length < size_ || length > (std::uint64_t{1} << 46)) {
        errno = ENOMEM;
        return cannot_allocate(name);
    }
    const bool shared = said.boolean("share") || &type() == &kMemfd;
    int flags = shared ? MAP_SHARED : MAP_PRIVATE;
    if (&type() == &kRam) {
        flags |= MAP_ANONYMOUS;
    } else if (&type() == &kMemfd) {
        file_ = FileDescriptor(::memfd_create("memory-backend-memfd", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        if (!file_) return fail(fmt::format("failed to create memfd: {}", std::strerror(errno)));
        if (::ftruncate(file_.get(), static_cast<off_t>(length)) != 0) return cannot_allocate(name);
    } else {
        std::string path = said.text("mem-path").value_or("");
        if (path.empty()) return fail("mem-path property not set");
        struct stat info {};
        const bool readonly = said.boolean("readonly");
        if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
            path += "/qemu_back_mem.XXXXXX";
            file_ = FileDescriptor(::mkostemp(path.data(), O_CLOEXEC));
            if (file_) ::unlink(path.c_str());
        } else {
            file_ = FileDescriptor(::open(path.c_str(), (readonly ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC, 0644));
        }
        if (!file_) return fail(fmt::format("can't open backing store {} for guest RAM: {}", path, std::strerror(errno)));
        if (::fstat(file_.get(), &info) == 0 && S_ISREG(info.st_mode)) {
            if (info.st_size == 0 && ::ftruncate(file_.get(), static_cast<off_t>(length)) != 0) return cannot_allocate(name);
            if (info.st_size != 0 && static_cast<std::uint64_t>(info.st_size) < size_)
                return fail(fmt::format("backing store size {:#x} does not match 'size' option {:#x}", info.st_size, size_));
        }
    }
    const int protection = PROT_READ | (said.boolean("readonly") ? 0 : PROT_WRITE);
    if (!said.boolean("reserve")) flags |= MAP_NORESERVE;
    void* memory = ::mmap(nullptr, length, protection, flags, file_ ? file_.get() : -1, 0);
    if (memory == MAP_FAILED) return cannot_allocate(name);
    memory_ = static_cast<unsigned char*>(memory);
    if (!said.boolean("dump")) ::madvise(memory, length, MADV_DONTDUMP);
    // Without room for it this fails where a touch of a page would kill.
    if (said.boolean("prealloc") && ::madvise(memory, length, 23 /* MADV_POPULATE_WRITE */) != 0 && errno != EINVAL)
        return fail(fmt::format("qemu_prealloc_mem: preallocating memory failed: {}", std::strerror(errno)));
    return {};
}

Result<std::unique_ptr<GuestMemory>> MemoryBackend::join(const std::vector<MemoryBackend*>& backends) {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::uint64_t total = 0;
    for (const MemoryBackend* backend : backends) {
        if (backend->size_ % page != 0) return fail(fmt::format("memory backend {}: its size is no multiple of {}", backend->name(), page));
        total += backend->size_;
    }
    // A stretch of addresses for all, onto which the mappings move.
    void* space = ::mmap(nullptr, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED) return cannot_allocate(backends.front()->name());
    auto* at = static_cast<unsigned char*>(space);
    for (MemoryBackend* backend : backends) {
        if (::mremap(backend->memory_, backend->size_, backend->size_, MREMAP_MAYMOVE | MREMAP_FIXED, at) == MAP_FAILED)
            return cannot_allocate(backend->name());
        backend->memory_ = at;
        at += backend->size_;
    }
    return GuestMemory::over(static_cast<unsigned char*>(space), total);
}

MemoryBackend::~MemoryBackend() {
    if (!memory_) return;
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    ::munmap(memory_, (size_ + page - 1) / page * page);
    if (&type() == &kFile && values().boolean("discard-data") && file_) (void)!::ftruncate(file_.get(), 0);
}

}  // namespace rhea
