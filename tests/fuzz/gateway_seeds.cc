// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "fuzz/corpus_writer.h"
#include "unit/intake/body_of_pieces.h"

namespace penstock {
namespace {

constexpr const char* kCid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

void write_piece_seeds(CorpusWriter& corpus) {
  BodyOfPieces body;
  body.data(as_bytes("seventeen bytes. "));
  body.known({}, 20'000);
  body.zeros(uint64_t{1} << 32);
  body.end();
  corpus.write("piece_stream", "each-kind", body.bytes());
  BodyOfPieces empty;
  empty.end();
  corpus.write("piece_stream", "empty", empty.bytes());
}

void write_metrics_seeds(CorpusWriter& corpus) {
  const std::string port = "{port=\"udp [::1]:4433\",queue=\"0\"}";
  const std::string first = "# TYPE penstock_port_packets_in_total counter\npenstock_port_packets_in_total" +
                            port + " 10\npenstock_port_missed_known" + port +
                            " 0\npenstock_start_time_seconds 5\n";
  const std::string second = "penstock_port_packets_in_total" + port +
                             " 12 1700000000000\npenstock_port_missed_total" + port +
                             " 1e3\npenstock_port_missed_known" + port +
                             " 1\npenstock_device_jobs_total{device=\"0\",kind=\"card\"} 5\n"
                             "penstock_device_health{device=\"0\",state=\"lost\"} 1\n"
                             "penstock_port_frames_dropped_total{port=\"a\\\"\\n\",reason=\"fragment\"} NaN\n"
                             "penstock_stage_seconds_total{stage=\"encode\"} 0.000000001\n"
                             "penstock_store_bytes +Inf\npenstock_store_failed 1\n";
  corpus.write("server_view", "one", second);
  corpus.write("server_view", "two", first + '\0' + second);
}

}  // namespace

void write_gateway_seeds(CorpusWriter& corpus) {
  write_piece_seeds(corpus);
  write_metrics_seeds(corpus);
  corpus.write("gateway_text", "range", "bytes=17-4096");
  corpus.write("gateway_text", "suffix", "bytes=-500");
  corpus.write("gateway_text", "entity-bytes", "-1024:*");
  corpus.write("gateway_text", "query", "format=car&dag-scope=entity&filename=a%22b+c.txt");
  corpus.write("gateway_text", "accept",
               "text/html;q=0.9, application/vnd.ipld.car; version=1; order=dfs; dups=y, */*;q=0.1");
  corpus.write("gateway_text", "path", std::string(kCid) + "/a%20b/%C3%A9/");
  corpus.write("gateway_text", "name", "photos/2026/%E2%82%AC.jpg");
  corpus.write("gateway_text", "tags", "W/\"b\", \"a\"");
  corpus.write("gateway_text", "token", "Bearer pst_" + std::string(52, 'a'));
  corpus.write("gateway_text", "origin", "https://[fe80::1]:8443");
  corpus.write("gateway_text", "time", "2027-01-31T12:00:00Z");
  const std::string entry =
      R"({"name": "a", "sha256": ")" + std::string(64, 'a') + R"(", "rights": ["append", "read"]})";
  corpus.write("access_list", "tokens", R"({"version": 1, "tokens": [)" + entry + "]}");
  corpus.write("access_list", "both",
               R"({"version": 1, "tokens": [)" + entry + R"(], "certificates": [{"name": "c", "sha256": ")" +
                   std::string(64, '0') + R"(", "rights": ["admin"], "expires": "2027-01-31T00:00:00Z"}]})");
}

}  // namespace penstock
