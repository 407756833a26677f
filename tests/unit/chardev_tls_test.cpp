/// Both ends are real: a server and a client chardev, GnuTLS between them, certificates made by certtool.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "chardev_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

void write_file(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

void certtool(const std::string& arguments) {
    const std::string command = "certtool --no-text " + arguments + " 2>/dev/null";
    INFO(command);
    REQUIRE(std::system(command.c_str()) == 0);
}

/// A directory with the certificates of one authority: for a server at 127.0.0.1, and for a client named "visitor".
class Authority {
public:
    Authority() {
        REQUIRE(::mkdtemp(directory.data()));
        key("ca-key.pem");
        write_file(path("ca.tmpl"), "cn = authority\nca\ncert_signing_key\n");
        certtool("--generate-self-signed --load-privkey " + path("ca-key.pem") + " --template " + path("ca.tmpl") +
                 " --outfile " + path("ca-cert.pem"));
        issue("server", "cn = server\nip_address = 127.0.0.1\ntls_www_server\nsigning_key\n");
        issue("client", "cn = visitor\ntls_www_client\nsigning_key\n");
    }
    ~Authority() { std::filesystem::remove_all(directory); }
    std::string path(const std::string& name) const { return directory + "/" + name; }

    std::string directory = "/tmp/rhea-tls-XXXXXX";

private:
    void key(const std::string& name) { certtool("--generate-privkey --key-type ecdsa --outfile " + path(name)); }
    void issue(const std::string& who, std::string_view what) {
        key(who + "-key.pem");
        write_file(path(who + ".tmpl"), what);
        certtool("--generate-certificate --load-ca-certificate " + path("ca-cert.pem") + " --load-ca-privkey " +
                 path("ca-key.pem") + " --load-privkey " + path(who + "-key.pem") + " --template " + path(who + ".tmpl") +
                 " --outfile " + path(who + "-cert.pem"));
    }
};

const Authority& authority() {
    static const Authority instance;
    return instance;
}

/// What a client says first, and what it hears.
class Talker final : public CharFrontend, public PeerUser {
public:
    PeerUser* connected(Peer& peer) override {
        peer.output() += "one\n";
        peer.schedule();
        return this;
    }
    void received(std::string_view bytes) override { heard += bytes; }
    void disconnected() override { gone = true; }
    std::string heard;
    bool gone = false;
};

struct TlsRig : Rig {
    std::string error_of(const TlsOptions& options) {
        auto loaded = load_tls_credentials(options);
        return loaded ? "no error" : loaded.error().description();
    }
    void load(const std::string& id, TlsOptions options) {
        auto loaded = load_tls_credentials(options);
        INFO((loaded ? std::string() : loaded.error().description()));
        REQUIRE(loaded);
        tls[id] = *loaded;
    }
    TlsOptions options(TlsEndpoint endpoint, TlsKind kind = TlsKind::x509) const {
        TlsOptions made;
        made.kind = kind;
        made.endpoint = endpoint;
        made.dir = authority().directory;
        return made;
    }
    /// A server and a client of those credentials, and whether they got to talk.
    bool talk(const std::string& more = "") {
        Chardev& chardev = make("socket,id=s,host=127.0.0.1,port=0,server=on,wait=off,tls-creds=server" + more);
        chardev.attach(&server);
        CHECK(chardev.filename().starts_with(more == ",telnet=on" ? "disconnected:telnet:127.0.0.1:" : "disconnected:tcp:127.0.0.1:"));
        make("socket,id=c,host=127.0.0.1,tls-creds=client,port=" + std::to_string(port_in(chardev.filename())))
            .attach(&client);
        // Both ends turn in this loop, over the loopback: whatever happens has happened by then.
        for (int i = 0; i < 1000 && client.heard.find("<one>") == std::string::npos && !client.gone; ++i) turn();
        return client.heard == "hello|<one>";
    }
    EchoServer server;
    Talker client;
};

}  // namespace

TEST_CASE("a client with the authority's certificate talks to a server with one", "[chardev][tls]") {
    TlsRig rig;
    rig.load("server", rig.options(TlsEndpoint::server));
    rig.load("client", rig.options(TlsEndpoint::client));
    CHECK(rig.talk());
    SECTION("and hears when the server ends it") {
        rig.server.users[0]->peer->close();
        rig.until([&] { return rig.client.gone; });
    }
    SECTION("more than one record at once") {
        const std::string big(200'000, 'x');
        rig.server.users[0]->peer->output() += big;
        rig.server.users[0]->peer->schedule();
        rig.until([&] { return rig.client.heard.size() == 11 + big.size(); });
        CHECK(rig.client.heard.ends_with(big));
    }
}

TEST_CASE("telnet over TLS", "[chardev][tls]") {
    TlsRig rig;
    rig.load("server", rig.options(TlsEndpoint::server));
    rig.load("client", rig.options(TlsEndpoint::client));
    rig.talk(",telnet=on");
    rig.until([&] { return rig.client.heard == std::string("\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00hello|<one>", 23); });
}

TEST_CASE("a client without a certificate is let in only where nobody asks for one", "[chardev][tls]") {
    TlsRig rig;
    TlsOptions server = rig.options(TlsEndpoint::server);
    server.verify_peer = GENERATE(true, false);
    rig.load("server", server);
    const std::string poor = authority().path("poor");
    std::filesystem::create_directory(poor);
    std::filesystem::copy_file(authority().path("ca-cert.pem"), poor + "/ca-cert.pem",
                               std::filesystem::copy_options::overwrite_existing);
    TlsOptions client = rig.options(TlsEndpoint::client);
    client.dir = poor;
    rig.load("client", client);
    CHECK(rig.talk() == !server.verify_peer);
    CHECK(rig.server.users.empty() == server.verify_peer);
}

TEST_CASE("a client refuses a server that another authority vouches for", "[chardev][tls]") {
    TlsRig rig;
    const Authority other;
    TlsOptions server = rig.options(TlsEndpoint::server);
    server.dir = other.directory;
    server.verify_peer = false;
    rig.load("server", server);
    rig.load("client", rig.options(TlsEndpoint::client));
    CHECK_FALSE(rig.talk());
    CHECK(rig.client.heard.empty());
}

TEST_CASE("the authorization object decides by the client's distinguished name", "[chardev][tls]") {
    TlsRig rig;
    rig.load("server", rig.options(TlsEndpoint::server));
    rig.load("client", rig.options(TlsEndpoint::client));
    const bool welcome = GENERATE(true, false);
    rig.authorized = welcome ? "friends:CN=visitor" : "friends:CN=somebody else";
    CHECK(rig.talk(",tls-authz=friends") == welcome);
}

TEST_CASE("anonymous and pre-shared keys", "[chardev][tls]") {
    TlsRig rig;
    const auto kind = GENERATE(TlsKind::anonymous, TlsKind::pre_shared_key);
    write_file(authority().path("keys.psk"), "someone:00112233\nqemu:0123456789abcdef0123456789abcdef\n");
    for (const auto& [id, endpoint] : {std::pair{"server", TlsEndpoint::server}, std::pair{"client", TlsEndpoint::client}}) {
        TlsOptions options = rig.options(endpoint, kind);
        if (kind == TlsKind::anonymous) options.priority = "NORMAL:-VERS-TLS1.3";
        rig.load(id, options);
    }
    CHECK(rig.talk());
}

TEST_CASE("credentials that are not there or of the wrong end are refused in QEMU's words", "[chardev][tls]") {
    TlsRig rig;
    TlsOptions options = rig.options(TlsEndpoint::server);
    options.dir = "/nonexistent";
    CHECK(rig.error_of(options) == "Unable to access credentials /nonexistent/ca-cert.pem: No such file or directory");
    options.kind = TlsKind::pre_shared_key;
    CHECK(rig.error_of(options) == "Unable to access credentials /nonexistent/keys.psk: No such file or directory");
    options.dir = "";
    CHECK(rig.error_of(options) == "Missing 'dir' property value");
    rig.load("server", rig.options(TlsEndpoint::server));
    rig.load("client", rig.options(TlsEndpoint::client));
    const std::string socket = "socket,id=a,host=127.0.0.1,port=0,server=on,wait=off";
    const auto refused = [&](const std::string& text) { return static_cast<Rig&>(rig).error_of(text); };
    CHECK(refused(socket + ",tls-creds=nosuch") == "No TLS credentials with id 'nosuch'");
    CHECK(refused(socket + ",tls-creds=client") == "Expected TLS credentials for a server endpoint");
    CHECK(refused("socket,id=a,host=127.0.0.1,port=1,tls-creds=server") == "Expected TLS credentials for a client endpoint");
    CHECK(refused(socket + ",tls-authz=x") == "'tls_authz' option requires 'tls_creds' option");
    CHECK(refused("socket,id=a,path=@/s,server=on,wait=off,tls-creds=server") ==
          "'tls_creds' option is incompatible with 'unix' address type");
}
