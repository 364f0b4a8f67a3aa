// SPDX-License-Identifier: Apache-2.0
// A client and certificates that others wrote: curl and openssl.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "http1_bench.h"

namespace penstock {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 65'536> block;
  for (size_t bytes = 1; bytes > 0;) {
    bytes = std::fread(block.data(), 1, block.size(), pipe);
    text.append(block.data(), bytes);
  }
  text += "|" + std::to_string(::pclose(pipe));
  return text;
}

std::string contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Without what its user set up. It does not send a body before it has leave to, however long that takes.
constexpr const char* kCurl = "curl -q --noproxy '*' -sS --expect100-timeout 60";

class Http1CurlTest : public Http1Bench {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "http1.XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override {
    Http1Bench::TearDown();
    std::filesystem::remove_all(directory_);
  }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  // NAME.crt and NAME.key.
  void make_certificate(const std::string& name, int days = 2) {
    const std::string made = output_of(
        "cd " + directory_.string() + " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes" +
        " -subj /CN=" + name + " -keyout " + name +
        ".key -out csr && echo subjectAltName=IP:127.0.0.1 >names" +
        " && openssl x509 -req -in csr -signkey " + name + ".key -extfile names -days " +
        std::to_string(days) + " -out " + name + ".crt");
    ASSERT_TRUE(made.ends_with("|0")) << made;
  }
  std::string fingerprint(const std::string& name) {
    const std::string text =
        output_of("openssl x509 -in " + path(name + ".crt") + " -outform DER | openssl dgst -sha256 -r");
    return text.substr(0, 64);
  }

  void start_with_tls() {
    make_certificate("server");
    Http1Options options;
    options.tls = PemPair{contents(path("server.crt")), contents(path("server.key"))};
    start(options);
  }

  std::string curl(const std::string& arguments, const std::string& target) const {
    return output_of(std::string(kCurl) + " --max-time 100 " + arguments + " '" + (tls() ? "https" : "http") +
                     "://" + listener_->address().text() + target + "'");
  }
  bool tls() const { return std::filesystem::exists(directory_ / "server.crt"); }

  std::filesystem::path directory_;
};

TEST_F(Http1CurlTest, CurlUploadsAndDownloads) {
  start();
  const std::string body = scripted_bytes(5'000'000);
  std::ofstream(path("body"), std::ios::binary) << body;
  // From its size on, curl waits for leave to send it.
  EXPECT_EQ(curl("-T " + path("body"), "/sink"), sink_answer(body) + "|0");
  EXPECT_EQ(curl("-T - -H 'Transfer-Encoding: chunked' <" + path("body"), "/sink"), sink_answer(body) + "|0");
  EXPECT_TRUE(curl("-o " + path("got"), "/bytes/3000000?unknown").ends_with("|0"));
  EXPECT_TRUE(contents(path("got")) == scripted_bytes(3'000'000));
  EXPECT_TRUE(curl("-I", "/bytes/77").find("Content-Length: 77\r\n") != std::string::npos);
  EXPECT_EQ(curl("-T " + path("body") + " -w '%{http_code} %{size_upload}'", "/refuse"), "refused\n403 0|0");
  // 18 is CURLE_PARTIAL_FILE; pclose gives it in the second byte.
  EXPECT_TRUE(curl("-o " + path("got"), "/fail/100000").ends_with("|" + std::to_string(18 << 8)));
}

TEST_F(Http1CurlTest, OverTlsToo) {
  start_with_tls();
  const std::string body = scripted_bytes(5'000'000);
  std::ofstream(path("body"), std::ios::binary) << body;
  const std::string trust = "--cacert " + path("server.crt") + " ";
  EXPECT_EQ(curl(trust + "-T " + path("body"), "/sink"), sink_answer(body) + "|0");
  EXPECT_EQ(curl(trust + "-T " + path("body"), "/sink?step=3000").find(sink_answer(body)), 0);
  EXPECT_TRUE(curl(trust + "-o " + path("got"), "/bytes/3000000").ends_with("|0"));
  EXPECT_TRUE(contents(path("got")) == scripted_bytes(3'000'000));
  EXPECT_EQ(curl(trust + "-T - <" + path("body"), "/cap/1000000"), "refused\n|0");
  EXPECT_FALSE(curl(trust + "-o " + path("got"), "/fail/100000?unknown").ends_with("|0"));
  const std::string head = curl(trust, "/head");
  EXPECT_NE(head.find(" loopback tls <>\n"), std::string::npos) << head;
}

TEST_F(Http1CurlTest, ACertificateOfTheClientIsKnownByItsFingerprintWhileItIsValid) {
  start_with_tls();
  make_certificate("client");
  // Ended yesterday.
  ASSERT_NO_FATAL_FAILURE(make_certificate("expired", -1));
  const std::string trust = "--cacert " + path("server.crt") + " ";
  const auto with = [this](const std::string& name) {
    return " --cert " + path(name + ".crt") + " --key " + path(name + ".key");
  };
  EXPECT_NE(curl(trust + with("client"), "/head").find("<" + fingerprint("client") + ">"), std::string::npos);
  EXPECT_NE(curl(trust + with("expired"), "/head").find(" tls <>"), std::string::npos);
}

TEST_F(Http1CurlTest, WhatIsNotTlsEndsTheConnection) {
  start_with_tls();
  RawClient asking = client();
  asking.send(get("/bytes/1"));
  EXPECT_TRUE(asking.ended_within(kPatience));
  EXPECT_FALSE(output_of(std::string(kCurl) + " --max-time 10 --tls-max 1.2 -k https://" +
                         listener_->address().text() + "/head")
                   .ends_with("|0"));
  EXPECT_TRUE(soon([this] { return count(Http1Count::connections_unused) == 2; }));
}

TEST_F(Http1CurlTest, ACertificateThatCannotBeUsedIsRefused) {
  make_certificate("one");
  make_certificate("other");
  Http1Options options;
  options.address = *parse_net_address("127.0.0.1:0");
  for (const PemPair& pair : {PemPair{"no certificate", "no key"}, PemPair{"", ""},
                              PemPair{contents(path("one.crt")), contents(path("other.key"))}}) {
    options.tls = pair;
    const auto refused = Http1Listener::start(options, [](const std::function<void()>&) { return nullptr; });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::usage);
  }
}

}  // namespace
}  // namespace penstock
