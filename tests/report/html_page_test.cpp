#include "sgilo/report/html_page.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(HtmlPage, EscapesEveryText) {
  HtmlPage page("<script>alert(1)</script>");
  page.heading("a < b & c");
  page.paragraph("\"quoted\" 'text' \x01");
  page.preformatted("</pre>");
  Table table({"<th>", "n"});
  table.add_row({"<td>", "1"});
  page.table(table, "</caption>");
  const std::string html = page.html();
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>"), std::string::npos);
  EXPECT_NE(html.find("<h2>a &lt; b &amp; c</h2>"), std::string::npos);
  EXPECT_NE(html.find("<p>&quot;quoted&quot; &#39;text&#39;  </p>"), std::string::npos);
  EXPECT_NE(html.find("<pre>&lt;/pre&gt;</pre>"), std::string::npos);
  EXPECT_NE(html.find("<caption>&lt;/caption&gt;</caption>"), std::string::npos);
  EXPECT_NE(html.find("<td>&lt;td&gt;</td><td class=\"number\">1</td>"), std::string::npos);
}

TEST(HtmlPage, HoldsPlotsAndIsWrittenWhole) {
  const TemporaryFolder folder;
  HtmlPage page("report");
  LinePlot plot;
  plot.series.push_back({"s", {0, 1}, {0, 1}});
  page.plot(plot, "the loss");
  page.write(folder / "report.html");
  const std::string html = folder.get("report.html");
  EXPECT_EQ(html, page.html());
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
  EXPECT_NE(html.find("</svg>\n<figcaption>the loss</figcaption>"), std::string::npos);
}

TEST(HtmlPage, FoldsLongTablesUnderTheirSummary) {
  HtmlPage page("report");
  Table table({"id"});
  table.add_row({"L1"});
  page.folded_table(table, "1 < 2");
  const std::string html = page.html();
  const auto summary = html.find("<details>\n<summary>1 &lt; 2</summary>\n<table>"),
             row = html.find("L1"), end = html.find("</table>\n</details>\n");
  ASSERT_NE(summary, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  EXPECT_LT(summary, row);
  EXPECT_LT(row, end);
}

TEST(HtmlPage, WrapsAGalleryOfPicturesWithTheirWords) {
  HtmlPage page("report");
  page.gallery({{"mean", torch::zeros({3, 2, 4})}, {"a < b", Tensor()}}, "deviation", 2);
  const std::string html = page.html();
  EXPECT_NE(
      html.find("<div class=\"gallery\">\n<figure>\n<img width=\"8\" height=\"4\" alt=\"mean\" "),
      std::string::npos);
  EXPECT_NE(html.find("<figcaption>mean</figcaption>\n</figure>\n<figure>\n"
                      "<figcaption>a &lt; b</figcaption>\n</figure>\n</div>\n<p>deviation</p>"),
            std::string::npos);
  EXPECT_NE(html.find(".gallery { display: flex; flex-wrap: wrap;"), std::string::npos);
}

TEST(HtmlPage, KeepsDrawingsApartAsImages) {
  HtmlPage page("report");
  page.figure("<svg/>", "a < b");
  EXPECT_NE(page.html().find("<figure>\n<img class=\"figure\" alt=\"a &lt; b\" "
                             "src=\"data:image/svg+xml;base64,PHN2Zy8+\">\n"
                             "<figcaption>a &lt; b</figcaption>\n</figure>\n"),
            std::string::npos);
  EXPECT_NE(page.html().find("img-src data:"), std::string::npos);
}

TEST(HtmlPage, KeepsShortCellsBesideProseOnOneLine) {
  HtmlPage page("report");
  Table table({"claim", "seen"});
  table.add_row({std::string(61, 'a'), "at most 1e-12"});
  page.table(table);
  EXPECT_NE(page.html().find("<td class=\"short\">at most 1e-12</td>"), std::string::npos);
}

TEST(HtmlPage, ColoursTheCellsOfATable) {
  HtmlPage page("report");
  Table table({"n", "verdict"});
  table.add_row({"1", "holds"});
  table.add_row({"2", "fails"});
  page.table(table, "", [](std::size_t column, const std::string& cell) {
    return cell == "holds" ? Tone::good : column == 0 && cell == "2" ? Tone::muted : Tone::plain;
  });
  EXPECT_NE(page.html().find("<tr><td class=\"number\">1</td><td class=\"good\">holds</td></tr>\n"
                             "<tr><td class=\"number muted\">2</td><td>fails</td></tr>"),
            std::string::npos);
}

#ifdef SGILO_WITH_IMAGES
TEST(HtmlPage, EmbedsPicturesAndNamesNoOtherPlace) {
  HtmlPage page("report");
  page.picture(torch::zeros({3, 4, 6}), "grey", 10);
  const std::string html = page.html();
  EXPECT_NE(html.find("<img width=\"60\" height=\"40\" alt=\"grey\" "
                      "src=\"data:image/png;base64,iVBORw0KGgo"),
            std::string::npos);
  EXPECT_EQ(html.find("http://"), std::string::npos);
  EXPECT_EQ(html.find("https://"), std::string::npos);
}
#endif

}  // namespace
}  // namespace sgilo
