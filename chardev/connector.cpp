#include "chardev/connector.h"

#include <cerrno>
#include <utility>
#include <variant>

namespace rhea {

namespace {

/// libuv numbers the errors of getaddrinfo anew.
int resolver_error(int status) {
    switch (status) {
        case UV_EAI_AGAIN: return EAI_AGAIN;
        case UV_EAI_FAIL: return EAI_FAIL;
        case UV_EAI_FAMILY: return EAI_FAMILY;
        case UV_EAI_MEMORY: return EAI_MEMORY;
        case UV_EAI_SERVICE: return EAI_SERVICE;
        default: return EAI_NONAME;
    }
}

}  // namespace

Connector::~Connector() {
    if (!request_) return;
    request_->data = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(request_));
}

void Connector::start(Done done) {
    done_ = std::move(done);
    if (const auto* path = std::get_if<Data<UnixSocketAddress>>(&address_.u)) return finish(connect_unix(path->data, false));
    if (const auto* inet = std::get_if<Data<InetSocketAddress>>(&address_.u)) return look_up(inet->data);
    finish(connect_socket(address_, {}));
}

void Connector::look_up(const InetSocketAddress& where) {
    auto hints = address_hints(where, false);
    if (!hints) return finish(fail(std::move(hints).error()));
    request_ = new uv_getaddrinfo_t;
    request_->data = this;
    const int error = uv_getaddrinfo(
        turn_.loop(), request_,
        [](uv_getaddrinfo_t* request, int status, addrinfo* found) {
            auto* self = static_cast<Connector*>(request->data);
            delete request;
            if (!self) return uv_freeaddrinfo(found);
            self->request_ = nullptr;
            self->addresses_.reset(found);
            self->next_ = found;
            const auto& inet = std::get<Data<InetSocketAddress>>(self->address_.u).data;
            if (status != 0) self->finish(fail(resolution_failure(inet, resolver_error(status))));
            else self->try_next();
        },
        where.host.c_str(), where.port.c_str(), &*hints);
    if (error == 0) return;
    delete std::exchange(request_, nullptr);
    finish(fail(resolution_failure(where, resolver_error(error))));
}

void Connector::try_next() {
    const auto& where = std::get<Data<InetSocketAddress>>(address_.u).data;
    while (next_) {
        const addrinfo& address = *std::exchange(next_, next_->ai_next);
        if (begin_connect(socket_, where, address)) {
            FdUser& user = *this;
            watch_ = std::make_unique<FdWatch>(turn_, socket_.get(), user);
            return watch_->set(UV_WRITABLE);
        }
        error_ = errno;
    }
    finish(fail(connect_failure(where, error_)));
}

void Connector::fd_ready(FdWatch&, int) {
    watch_.reset();
    error_ = connect_error(socket_.get());
    if (error_ != 0) return try_next();
    finish(std::move(socket_));
}

void Connector::finish(Result<FileDescriptor> result) {
    socket_.reset();
    std::exchange(done_, nullptr)(std::move(result));  // may be the end of this object
}

}  // namespace rhea
