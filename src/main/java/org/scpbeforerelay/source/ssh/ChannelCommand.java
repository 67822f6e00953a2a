package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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

/** Puts a {@link Conversation} on a channel. No thread of its own: what comes in is handed over by the I/O thread. */
final class ChannelCommand implements AsyncCommand, ChannelDataReceiver, ClientLine {
    private final ChannelSession channel;
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
        return length;
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
    }

    @Override
    public void out(byte[] bytes) {
        write(out, bytes);
    }

    @Override
    public void err(String line) {
        write(err, (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private synchronized void write(@Nullable BufferedIoOutputStream stream, byte[] bytes) {
        if (over || stream == null) {
            return;
        }
        try {
            stream.writeBuffer(new ByteArrayBuffer(bytes));
        } catch (IOException e) {
            over = true; // the client is gone; the channel's end follows
        }
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
        out = new BufferedIoOutputStream("out", channel.getChannelId(), stream, channel);
    }

    @Override
    public void setIoErrorStream(IoOutputStream stream) {
        err = new BufferedIoOutputStream("err", channel.getChannelId(), stream, channel);
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
