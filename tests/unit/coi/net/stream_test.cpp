// The bounded line reader: lines, blocks, limits, and the scripted stream that all sessions are tested with.

#include "coi/net/stream.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_stream.h"

namespace {

using coi::ErrorKind;
using coi::net::LineReader;
using support::Play;
using support::run;
using namespace std::chrono_literals;

TEST(LineReader, GivesLinesWithoutTheirEnds) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{3}, SIZE_MAX}) {
        Play play;
        play.gives("one\r\n\r\nbare\nlast\r\n").in_pieces_of(piece);
        auto stream = play.stream();
        LineReader reader(*stream, 100);
        EXPECT_EQ(*run(reader.line(1s)), "one");
        EXPECT_EQ(*run(reader.line(1s)), "");
        EXPECT_EQ(*run(reader.line(1s)), "bare");
        EXPECT_EQ(*run(reader.line(1s)), "last");
        EXPECT_FALSE(reader.has_buffered());
    }
}

TEST(LineReader, RefusesALineThatIsTooLong) {
    for (std::string_view end : {"\r\n", ""}) {
        Play play;
        play.gives(std::string(101, 'x') + "x" + std::string(end));
        auto stream = play.stream();
        LineReader reader(*stream, 100);
        EXPECT_EQ(run(reader.line(1s)).error().kind, ErrorKind::limit);
    }
    Play play;
    play.gives(std::string(100, 'x') + "\r\n");
    auto stream = play.stream();
    LineReader reader(*stream, 100);
    EXPECT_EQ(run(reader.line(1s))->size(), 100u);
}

TEST(LineReader, GivesBlocksAcrossReadsAndLinesAfterThem) {
    const std::string big(200'000, 'b');
    Play play;
    play.gives("{5}\r\nhe\r\nl" + big + "next\r\n").in_pieces_of(70'001);
    auto stream = play.stream();
    LineReader reader(*stream, 100);
    EXPECT_EQ(*run(reader.line(1s)), "{5}");
    EXPECT_TRUE(reader.has_buffered());
    EXPECT_EQ(*run(reader.block(5, 1s)), "he\r\nl");
    EXPECT_EQ(*run(reader.block(big.size(), 1s)), big);
    EXPECT_EQ(*run(reader.line(1s)), "next");
}

TEST(LineReader, TellsHowTheStreamEnded) {
    Play play;
    play.gives("half a li").breaks_at(1, support::Break::timeout).gives("ne\r\n");
    auto stream = play.stream();
    LineReader reader(*stream, 100);
    EXPECT_EQ(run(reader.line(1s)).error().kind, ErrorKind::timeout);
    EXPECT_EQ(run(reader.block(100, 1s)).error().kind, ErrorKind::timeout);
}

TEST(ScriptedStream, EndsAPendingReadOnClose) {
    Play play;
    play.pauses();
    boost::asio::io_context context;
    auto stream = play.stream();
    boost::asio::post(
        context, [&] { boost::asio::post(context, [&] { boost::asio::post(context, [&] { stream->close(); }); }); });
    char byte;
    EXPECT_EQ(run(context, stream->read_some(std::span(&byte, 1), 1s)).error().kind, ErrorKind::closed);
}

TEST(ScriptedStream, ComplainsWhenTheClientLeavesTheScript) {
    Play play;
    play.expects("NOOP\r\n");
    auto stream = play.stream();
    EXPECT_FALSE(run(stream->write("QUIT\r\n", 1s)));
    EXPECT_FALSE(play.finished());
    EXPECT_NE(play.complaint().find("QUIT"), std::string::npos);
}

}  // namespace
