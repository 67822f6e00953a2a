package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.util.List;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;

/** A channel on which nothing can be asked for but a command, the sftp subsystem, or (to be told how) a shell. */
final class AnnouncingChannel extends ChannelSession {
    /** Makes the only kind of channel there is. */
    static final ChannelFactory FACTORY = new ChannelFactory() {
        @Override
        public String getName() {
            return "session";
        }

        @Override
        public Channel createChannel(Session session) {
            return new AnnouncingChannel();
        }
    };

    private AnnouncingChannel() {
        super(List.of());
    }

    @Override
    protected RequestHandler.Result handleInternalRequest(String request, boolean wantReply, Buffer buffer)
            throws IOException {
        return switch (request) {
            case "exec", "shell", "subsystem" -> super.handleInternalRequest(request, wantReply, buffer);
            default -> RequestHandler.Result.ReplyFailure;
        };
    }

    /** The library would keep what comes before it is said what for. */
    @Override
    protected void doWriteData(byte[] data, int offset, long length) throws IOException {
        if (receiver == null) {
            throw new SshException(
                    SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "data came on a channel without a command");
        }
        super.doWriteData(data, offset, length);
    }
}
