package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.sshd.common.channel.BufferedIoOutputStream;
import org.apache.sshd.common.io.IoInputStream;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelDataReceiver;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.AsyncCommand;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.source.ssh.upload.ClientLine;
import org.scpbeforerelay.source.ssh.upload.Conversation;

/**
 * Puts a {@link Conversation} on a channel. No thread of its own: what comes in is handed over by the I/O thread, and what goes out
 * waits for the client without holding up any. A client for whom more than {@link #UNREAD_MAX} bytes wait is closed.
 */
final class ChannelCommand implements AsyncCommand, ChannelDataReceiver, ClientLine {
    /** More than the answers to all that any client asks before it reads. One answer may be longer. */
    private static final int UNREAD_MAX = 64 * 1024;

    /** What an answer that waits takes besides its bytes. */
    private static final int ANSWER_COST = 256;

    /** What the channel itself takes. */
    private static final int CHANNEL_COST = 4 * 1024;

    private final ChannelSession channel;
    private final AtomicInteger unread = new AtomicInteger();
    private final AtomicLong counted = new AtomicLong();
    private final Conversation conversation;
    private @Nullable BufferedIoOutputStream out;
    private @Nullable BufferedIoOutputStream err;
    private @Nullable ExitCallback exit;
    private boolean over;

    ChannelCommand(ChannelSession channel, Function<ClientLine, Conversation> conversation) {
        this.channel = channel;
        this.conversation = conversation.apply(this);
        channel.setDataReceiver(this);
    }

    @Override
    public void start(ChannelSession started, Environment environment) {
        conversation.begin();
    }

    @Override
    public int data(ChannelSession from, byte[] bytes, int offset, int length) {
        conversation.data(bytes, offset, length);
        count();
        return length;
    }

    private void count() {
        if (!keeps(CHANNEL_COST + conversation.kept() + unread.get())) {
            closeFor(Arrival.TOO_MUCH);
        }
    }

    /** What is kept for the channel is so much now; false when it is too much for the user. */
    private boolean keeps(long now) {
        Connection connection = channel.getSession().getAttribute(Connection.KEY);
        long more = now - counted.getAndSet(now);
        return connection == null || connection.kept().change(more);
    }

    private void closeFor(String what) {
        if (channel.getSession() instanceof Arrival connection) {
            connection.closeFor(what);
        }
    }

    @Override
    public void close() {
        conversation.endOfInput();
    }

    @Override
    public void destroy(ChannelSession destroyed) {
        synchronized (this) {
            over = true;
        }
        keeps(0);
    }

    @Override
    public void out(byte[] bytes) {
        write(out, bytes);
    }

    @Override
    public void err(String line) {
        write(err, (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void write(@Nullable BufferedIoOutputStream stream, byte[] bytes) {
        if (begin(stream, bytes)) {
            count();
        } else {
            closeFor(Arrival.UNREAD);
        }
    }

    /** False when too much waits already. */
    private synchronized boolean begin(@Nullable BufferedIoOutputStream stream, byte[] bytes) {
        if (over || stream == null) {
            return true;
        }
        if (unread.get() > UNREAD_MAX) {
            over = true;
            return false;
        }
        int cost = bytes.length + ANSWER_COST;
        unread.addAndGet(cost);
        try {
            stream.writeBuffer(new ByteArrayBuffer(bytes)).addListener(written -> unread.addAndGet(-cost));
        } catch (IOException e) {
            over = true; // the client is gone; the channel's end follows
        }
        return true;
    }

    @Override
    public void exit(int status) {
        BufferedIoOutputStream toFlush;
        BufferedIoOutputStream toFlushFirst;
        ExitCallback callback;
        synchronized (this) {
            toFlush = out;
            toFlushFirst = err;
            callback = exit;
            if (over || toFlush == null || toFlushFirst == null || callback == null) {
                return;
            }
            over = true;
        }
        toFlushFirst
                .close(false)
                .addListener(flushed -> toFlush.close(false).addListener(all -> callback.onExit(status)));
    }

    @Override
    public void setIoOutputStream(IoOutputStream stream) {
        out = buffered("out", stream);
    }

    @Override
    public void setIoErrorStream(IoOutputStream stream) {
        err = buffered("err", stream);
    }

    /** Without the library's own bound, at which it would stop the thread that writes. */
    private BufferedIoOutputStream buffered(String name, IoOutputStream stream) {
        return new BufferedIoOutputStream(name, channel.getChannelId(), stream, Integer.MAX_VALUE, Duration.ZERO);
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void setIoInputStream(IoInputStream stream) {
        // Bytes come through data().
    }

    @Override
    public void setInputStream(InputStream stream) {
        // Bytes come through data().
    }

    @Override
    public void setOutputStream(OutputStream stream) {
        // The asynchronous one is used.
    }

    @Override
    public void setErrorStream(OutputStream stream) {
        // The asynchronous one is used.
    }
}
