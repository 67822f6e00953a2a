package org.scpbeforerelay.console.page;

import java.util.Arrays;

/** Counts by minute as bars. */
final class Plot {
    private static final int HEIGHT = 60;

    private Plot() {}

    /** One series in one colour: {@code one}, {@code two} or {@code three}. */
    @SuppressWarnings("ArrayRecordComponent") // drawn once and thrown away
    record Series(String colour, String name, int[] counts) {}

    /** Draws them on top of each other, with their sums; times are given by what stands at the left and at the right end. */
    static void draw(Html html, String title, String left, Series... series) {
        int[] sums = new int[series[0].counts.length];
        for (Series one : series) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += one.counts[i];
            }
        }
        int most = Math.max(4, Arrays.stream(sums).max().orElse(0));
        html.raw("<div class=\"card plot\"><h3>").text(title).raw("</h3><div class=\"sum\">");
        StringBuilder said = new StringBuilder(title + " of the last three hours: ");
        for (int i = 0; i < series.length; i++) {
            long sum = Arrays.stream(series[i].counts).asLongStream().sum();
            html.raw(i == 0 ? "" : " <small>·</small> ")
                    .text(Said.number(sum))
                    .raw(" <small>")
                    .text(series[i].name)
                    .raw("</small>");
            said.append(i == 0 ? "" : ", ").append(sum).append(' ').append(series[i].name);
        }
        html.raw("</div><svg preserveAspectRatio=\"none\" role=\"img\"")
                .attribute("viewBox", "0 0 " + sums.length + " " + HEIGHT)
                .attribute(
                        "aria-label",
                        said.append("; at most ")
                                .append(Arrays.stream(sums).max().orElse(0))
                                .append(" in a minute")
                                .toString())
                .raw(">");
        int[] below = new int[sums.length];
        for (Series one : series) {
            html.raw("<path")
                    .attribute("class", one.colour)
                    .attribute("d", path(one.counts, below, most))
                    .raw("/>");
        }
        html.raw("</svg><div class=\"feet\" aria-hidden=\"true\"><span>")
                .text(left)
                .raw("</span><span>now</span></div></div>");
    }

    private static String path(int[] counts, int[] below, int most) {
        StringBuilder path = new StringBuilder("M0 0");
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                double bottom = HEIGHT - (double) below[i] * HEIGHT / most;
                double height = Math.max(1.5, (double) counts[i] * HEIGHT / most);
                path.append('M')
                        .append(i)
                        .append(".1 ")
                        .append(tenth(bottom))
                        .append("h.8v-")
                        .append(tenth(height))
                        .append("h-.8z");
                below[i] += counts[i];
            }
        }
        return path.toString();
    }

    private static String tenth(double number) {
        return String.valueOf(Math.round(number * 10) / 10.0);
    }
}
