package org.scpbeforerelay.source.ssh;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * A security token made of software, behind an ssh-agent of its own (draft-miller-ssh-agent): OpenSSH's client asks it to sign, as it would
 * ask a real one (OpenSSH's PROTOCOL.u2f). What its owner did, touching it or showing a finger, is for the test to say.
 */
final class SoftwareToken implements AutoCloseable {
    static final int TOUCHED = 1;
    static final int VERIFIED = 4;

    private static final byte IDENTITIES_ASKED = 11;
    private static final byte IDENTITIES = 12;
    private static final byte SIGN = 13;
    private static final byte SIGNED = 14;
    private static final byte FAILURE = 5;
    private static final byte[] APPLICATION = bytes("ssh:");

    private final String type;
    private final KeyPair keys;
    private final byte[] blob;
    private final ServerSocketChannel agent;
    private volatile int flags = TOUCHED;
    private int counter;

    private SoftwareToken(String type, KeyPair keys, byte[] blob, Path socket) throws IOException {
        this.type = type;
        this.keys = keys;
        this.blob = blob;
        this.agent = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().name("token").start(this::serve);
    }

    static SoftwareToken ed25519(Path socket) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = keys.getPublic().getEncoded();
        String type = "sk-ssh-ed25519@openssh.com";
        byte[] blob =
                packed(bytes(type), Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length), APPLICATION);
        return new SoftwareToken(type, keys, blob, socket);
    }

    static SoftwareToken ecdsa(Path socket) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        var point = ((ECPublicKey) keys.getPublic()).getW();
        ByteArrayOutputStream q = new ByteArrayOutputStream();
        q.write(4);
        q.writeBytes(fixed(point.getAffineX()));
        q.writeBytes(fixed(point.getAffineY()));
        String type = "sk-ecdsa-sha2-nistp256@openssh.com";
        return new SoftwareToken(
                type, keys, packed(bytes(type), bytes("nistp256"), q.toByteArray(), APPLICATION), socket);
    }

    /** The line for authorized_keys. */
    String line() {
        return type + " " + Base64.getEncoder().encodeToString(blob) + " token";
    }

    /** What its owner does from now on. */
    void owner(int newFlags) {
        flags = newFlags;
    }

    @Override
    public void close() throws IOException {
        agent.close();
    }

    private void serve() {
        while (agent.isOpen()) {
            try (var client = agent.accept();
                    var in = new DataInputStream(Channels.newInputStream(client));
                    var out = new DataOutputStream(Channels.newOutputStream(client))) {
                while (true) {
                    byte[] request = new byte[in.readInt()];
                    in.readFully(request);
                    byte[] answer = answer(request);
                    out.writeInt(answer.length);
                    out.write(answer);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | GeneralSecurityException e) {
                // the client has what it wanted
            }
        }
    }

    private byte[] answer(byte[] request) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(answer);
        if (request[0] == IDENTITIES_ASKED) {
            out.writeByte(IDENTITIES);
            out.writeInt(1);
            out.write(packed(blob, bytes("token")));
        } else if (request[0] == SIGN) {
            var in = new DataInputStream(new java.io.ByteArrayInputStream(request, 1, request.length - 1));
            in.readNBytes(in.readInt());
            out.writeByte(SIGNED);
            out.write(packed(signature(in.readNBytes(in.readInt()))));
        } else {
            out.writeByte(FAILURE);
        }
        return answer.toByteArray();
    }

    /** {@code string type, string signature, byte flags, uint32 counter}, over application, flags, counter and message. */
    private byte[] signature(byte[] message) throws IOException, GeneralSecurityException {
        counter++;
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(signed);
        out.write(sha256.digest(APPLICATION));
        out.writeByte(flags);
        out.writeInt(counter);
        out.write(sha256.digest(message));
        boolean ed25519 = type.contains("ed25519");
        Signature signer = Signature.getInstance(ed25519 ? "Ed25519" : "SHA256withECDSAinP1363Format");
        signer.initSign(keys.getPrivate());
        signer.update(signed.toByteArray());
        byte[] raw = signer.sign();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        out = new DataOutputStream(whole);
        out.write(packed(bytes(type), ed25519 ? raw : numbers(raw)));
        out.writeByte(flags);
        out.writeInt(counter);
        return whole.toByteArray();
    }

    /** {@code mpint r, mpint s}. */
    private static byte[] numbers(byte[] raw) throws IOException {
        int half = raw.length / 2;
        return packed(
                new BigInteger(1, Arrays.copyOf(raw, half)).toByteArray(),
                new BigInteger(1, Arrays.copyOfRange(raw, half, raw.length)).toByteArray());
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(bytes.length, 32);
        System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
        return fixed;
    }

    private static byte[] packed(byte[]... strings) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(packed);
        for (byte[] each : strings) {
            out.writeInt(each.length);
            out.write(each);
        }
        return packed.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
