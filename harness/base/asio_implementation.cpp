// Asio compiled once (BOOST_ASIO_SEPARATE_COMPILATION); its TLS part stands in harness/net.
#include <boost/asio/impl/src.hpp>
